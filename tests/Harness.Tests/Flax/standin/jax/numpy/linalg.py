"""jax.numpy.linalg: norms and products."""
import numpy as np

from jax._core import operands, wrap


def norm(x, ord=None, axis=None, keepdims=False):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.linalg.norm(a, ord, axis, keepdims), dtype, weak)


def svd(a, full_matrices=True, compute_uv=True):
    (v,), dtype, weak = operands(a, real=True)
    out = np.linalg.svd(v, full_matrices, compute_uv)
    return tuple(wrap(part, dtype, weak) for part in out) if compute_uv else wrap(out, dtype, weak)


def svdvals(x, /):
    return svd(x, compute_uv=False)


def vector_norm(x, *, axis=None, keepdims=False, ord=2):
    (a,), dtype, weak = operands(x, real=True)
    a, axis = (a.ravel(), 0) if axis is None and not keepdims else (a, axis)
    return wrap(np.linalg.norm(a, ord, axis, keepdims), dtype, weak)
