"""jax.nn.initializers: functions (key, shape, dtype). The numbers are not jax's; an export writes over all of them."""
from jax import numpy as jnp
from jax import random


def zeros(key, shape, dtype=float):
    return jnp.zeros(shape, dtype)


def ones(key, shape, dtype=float):
    return jnp.ones(shape, dtype)


def zeros_init():
    return zeros


def ones_init():
    return ones


def constant(value, dtype=float):
    return lambda key, shape, dtype=dtype: jnp.full(shape, value, dtype)


def normal(stddev=1e-2, dtype=float):
    return lambda key, shape, dtype=dtype: random.normal(key, shape, dtype) * stddev


def uniform(scale=1e-2, dtype=float):
    return lambda key, shape, dtype=dtype: random.uniform(key, shape, dtype) * scale


def _small(*_, dtype=float, **__):
    return normal(dtype=dtype)


truncated_normal = variance_scaling = orthogonal = _small
lecun_normal = lecun_uniform = glorot_normal = glorot_uniform = xavier_normal = xavier_uniform = _small
he_normal = he_uniform = kaiming_normal = kaiming_uniform = _small
