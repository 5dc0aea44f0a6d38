"""jax.numpy.linalg: norms and products."""
import numpy as np

from jax._core import operands, wrap


def norm(x, ord=None, axis=None, keepdims=False):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.linalg.norm(a, ord, axis, keepdims), dtype, weak)


def svdvals(x, /):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.linalg.svd(a, compute_uv=False), dtype, weak)


def vector_norm(x, *, axis=None, keepdims=False, ord=2):
    (a,), dtype, weak = operands(x, real=True)
    a, axis = (a.ravel(), 0) if axis is None and not keepdims else (a, axis)
    return wrap(np.linalg.norm(a, ord, axis, keepdims), dtype, weak)
