"""jax.random: seeded numbers of the right shapes and types, not those of jax, which an export never depends on."""
import numpy as np

from jax import _core
from jax._core import blank, dtype_of, wrap


class Key:
    """What stands for a key array: its seed."""
    shape, ndim, size = (), 0, 1
    dtype = np.dtype('uint32')

    def __init__(self, *seed):
        self.seed = seed


def key(seed, **_):
    return Key(int(seed))


PRNGKey = key


def split(key, num=2):
    return [Key(*key.seed, i) for i in range(num)]


def fold_in(key, data):
    return Key(*key.seed, int(data))


def _drawn(draw):
    def apply(key, shape=(), dtype=float, **options):
        to = dtype_of(dtype)
        if _core.abstract:
            return blank(shape, to)
        return wrap(draw(np.random.default_rng(key.seed), tuple(shape), **options), to)
    return apply


normal = _drawn(lambda rng, shape: rng.standard_normal(shape))
uniform = _drawn(lambda rng, shape, minval=0.0, maxval=1.0: rng.uniform(minval, maxval, shape))


def truncated_normal(key, lower, upper, shape=(), dtype=float):
    return normal(key, shape, dtype).clip(lower, upper)


def bernoulli(key, p=0.5, shape=()):
    return uniform(key, shape) < p
