"""jax.scipy.special."""
import numpy as np

from jax._core import operands, wrap
from jax.lax._special import digamma, erf, erf_inv as erfinv, erfc, lgamma as gammaln, logistic as expit  # noqa: F401
from jax.nn import logsumexp  # noqa: F401


def logit(x):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.log(a / (1 - a)), dtype, weak)


def xlogy(x, y):
    (a, b), dtype, weak = operands(x, y, real=True)
    return wrap(np.where(a == 0, 0, a * np.log(b)), dtype, weak)


def i0(x):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(np.i0(a), dtype, weak)


def ndtr(x):
    return 0.5 * erfc(-x * np.sqrt(0.5).item())
