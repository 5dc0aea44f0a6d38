"""A stand-in for flax by numpy, for tests; see jax beside it."""
from flax import errors, serialization, traverse_util  # noqa: F401
from flax import linen, nnx  # noqa: F401

__version__ = '0.12.8'
