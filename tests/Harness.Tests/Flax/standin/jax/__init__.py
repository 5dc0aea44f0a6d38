"""A stand-in for jax by numpy, for tests: what exported inference code calls, nothing compiled, nothing differentiated."""
from jax import _core
from jax._core import Array, ShapeDtypeStruct, config, enable_x64  # noqa: F401
from jax import tree  # noqa: F401
from jax import numpy  # noqa: F401
from jax import lax, nn, random, image, scipy  # noqa: F401
from jax._transforms import (block_until_ready, checkpoint, default_matmul_precision, device_get, device_put,  # noqa: F401
                             eval_shape, jit, named_scope, vmap)
from jax import tree_util  # noqa: F401

__version__ = '0.10.2'
typing = type('typing', (), {'ArrayLike': object})
