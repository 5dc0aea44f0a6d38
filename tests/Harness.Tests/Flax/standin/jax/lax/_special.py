"""Functions of one number that numpy lacks."""
import math

import numpy as np

from jax._core import kind_of, value_of, wrap


def of_reals(function):
    """lax refuses integers where a real number is asked for."""
    def apply(x, accuracy=None):
        dtype, weak = kind_of(x)
        if dtype.kind not in 'fcV':
            raise TypeError(f'expected an inexact type, not {dtype}')
        return wrap(function(value_of(x)), dtype, weak)
    return apply


def _each(function):
    def apply(a):
        return np.frompyfunc(function, 1, 1)(a).astype(a.dtype) if a.size else a
    return apply


def _lgamma(x):
    return math.inf if math.isinf(x) or x <= 0 and x == math.floor(x) else math.lgamma(x)


def _digamma(x):
    if x <= 0 and x == math.floor(x):
        return math.nan
    if x < 0.5:
        return _digamma(1 - x) - math.pi / math.tan(math.pi * x)
    shift = 0.0
    while x < 12:  # the series below then ends beyond double precision
        shift -= 1 / x
        x += 1
    r = 1 / (x * x)
    tail = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * 691 / 32760)))))
    return shift + math.log(x) - 0.5 / x - tail


def _erf_inv(y):
    if not -1 < y < 1:
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    log = math.log(1 - y * y)
    a = 2 / (math.pi * 0.147) + log / 2
    x = math.copysign(math.sqrt(math.sqrt(a * a - log / 0.147) - a), y)
    for _ in range(4):  # Newton's method from Winitzki's approximation
        x -= (math.erf(x) - y) * math.sqrt(math.pi) / 2 * math.exp(x * x)
    return x


lgamma, digamma, erf_inv = (of_reals(_each(f)) for f in (_lgamma, _digamma, _erf_inv))
erf, erfc = of_reals(_each(math.erf)), of_reals(_each(math.erfc))
logistic = of_reals(lambda a: 1 / (1 + np.exp(-a)))
