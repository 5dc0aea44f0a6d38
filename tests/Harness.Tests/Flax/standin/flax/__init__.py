"""A stand-in for flax by numpy, for tests; see jax beside it."""
from flax import errors, serialization, traverse_util
from flax import linen, nnx

__version__ = '0.12.8'
