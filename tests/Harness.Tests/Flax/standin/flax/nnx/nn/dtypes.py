"""flax.nnx.nn.dtypes: the common type of a layer's operands."""
from flax import _arithmetic


def canonicalize_dtype(*args, dtype=None, inexact=True):
    return _arithmetic.canonical(*args, dtype=dtype, inexact=inexact)


def promote_dtype(args, /, *, dtype=None, inexact=True):
    return tuple(_arithmetic.promoted(*args, dtype=dtype, inexact=inexact))
