"""flax.nnx.nn."""
from flax.nnx.nn import dtypes
