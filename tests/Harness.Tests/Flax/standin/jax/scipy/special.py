"""jax.scipy.special."""
import numpy as np

from jax._core import operands, wrap
from jax.lax._special import digamma, erf, erf_inv as erfinv, erfc, lgamma as gammaln, logistic as expit
from jax.nn import logsumexp


def logit(x):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.log(a / (1 - a)), dtype, weak)


def xlogy(x, y):
    (a, b), dtype, weak = operands(x, y, real=True)
    return wrap(np.where(a == 0, 0, a * np.log(b)), dtype, weak)


def i0(x):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.i0(a), dtype, weak)


def multigammaln(a, d):
    (v,), dtype, weak = operands(a, real=True)
    steps = wrap(v[..., None] - np.arange(d) / 2, dtype, weak)
    return gammaln(steps).sum(-1) + d * (d - 1) / 4 * float(np.log(np.pi))


def ndtr(x):
    return 0.5 * erfc(-x * np.sqrt(0.5).item())
