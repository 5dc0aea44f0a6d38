"""A stand-in for jax by numpy, for tests: what exported inference code calls; nothing is compiled or differentiated."""
from jax import _core
from jax._core import Array, ShapeDtypeStruct, config, enable_x64
from jax import tree
from jax import numpy
from jax import lax, nn, random, image, scipy
from jax._transforms import (block_until_ready, checkpoint, default_matmul_precision, device_get, device_put,
                             eval_shape, jit, named_scope, vmap)
from jax import tree_util

__version__ = '0.10.2'
typing = type('typing', (), {'ArrayLike': object})
