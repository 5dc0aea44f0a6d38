"""jax.nn: activations, softmax and its like, attention."""
import numpy as np

from jax import numpy as jnp
from jax._core import operands, wrap
from jax.lax._special import erfc, logistic
from jax.nn import initializers


def relu(x):
    return jnp.maximum(x, 0)


def relu6(x):
    return jnp.minimum(jnp.maximum(x, 0), 6.0)


def identity(x):
    return jnp.asarray(x)


sigmoid = logistic
tanh = jnp.tanh


def silu(x):
    x = _real(x)
    return x * sigmoid(x)


swish = silu


def _real(x):
    (a,), dtype, weak = operands(x, real=True)
    return wrap(a, dtype, weak)


def gelu(x, approximate=True):
    x = _real(x)
    if approximate:
        return x * (0.5 * (1.0 + jnp.tanh(float(np.sqrt(2 / np.pi)) * (x + 0.044715 * (x ** 3)))))
    return 0.5 * x * erfc(-x / float(np.sqrt(2)))


def softplus(x):
    return jnp.logaddexp(x, 0.0)


def sparse_plus(x):
    x = jnp.asarray(x)
    return jnp.where(x <= -1.0, 0.0, jnp.where(x >= 1.0, x, (x + 1.0) ** 2 / 4))


def squareplus(x, b=4):
    x = jnp.asarray(x)
    return (x + jnp.sqrt(jnp.square(x) + b)) / 2


def soft_sign(x):
    x = jnp.asarray(x)
    return x / (jnp.abs(x) + 1)


def log_sigmoid(x):
    return -softplus(-jnp.asarray(x))


def elu(x, alpha=1.0):
    x = jnp.asarray(x)
    return jnp.where(x > 0, x, alpha * jnp.expm1(jnp.where(x > 0, 0.0, x)))


def celu(x, alpha=1.0):
    x = jnp.asarray(x)
    return jnp.maximum(x, 0.0) + alpha * jnp.expm1(jnp.minimum(x, 0.0) / alpha)


def selu(x):
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


def leaky_relu(x, negative_slope=1e-2):
    x = jnp.asarray(x)
    return jnp.where(x >= 0, x, negative_slope * x)


def hard_tanh(x):
    x = jnp.asarray(x)
    return jnp.where(x > 1, 1, jnp.where(x < -1, -1, x))


def hard_sigmoid(x):
    return relu6(x + 3.0) / 6.0


def hard_silu(x):
    return x * hard_sigmoid(x)


hard_swish = hard_silu


def mish(x):
    return x * jnp.tanh(softplus(x))


def log1mexp(x):
    x = jnp.asarray(x)
    return jnp.where(x < float(np.log(2.0)), jnp.log(-jnp.expm1(-x)), jnp.log1p(-jnp.exp(-x)))


def glu(x, axis=-1):
    if x.shape[axis] % 2:
        raise AssertionError('axis size must be divisible by 2')
    a, b = jnp.split(x, 2, axis)
    return a * sigmoid(b)


def _kept(x, where, fill):
    return x if where is None else jnp.where(where, x, fill)


def softmax(x, axis=-1, where=None):
    top = jnp.max(x, axis, where=where, initial=None if where is None else -jnp.inf, keepdims=True)
    e = jnp.exp(_kept(x, where, -jnp.inf) - top)
    return _kept(e / e.sum(axis, where=where, keepdims=True), where, 0)


def log_softmax(x, axis=-1, where=None):
    top = jnp.max(x, axis, where=where, initial=None if where is None else -jnp.inf, keepdims=True)
    shifted = x - top
    total = jnp.log(jnp.exp(_kept(shifted, where, -jnp.inf)).sum(axis, keepdims=True))
    return _kept(shifted - total, where, -jnp.inf)


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False, where=None):
    a = _kept(_real(a), where, -jnp.inf)
    if b is not None:
        a = jnp.where(b != 0, a, -jnp.inf)
    top = jnp.max(a, axis, keepdims=True)
    top = jnp.where(jnp.isfinite(top), top, 0)
    e = jnp.exp(a - top)
    total = (e if b is None else b * e).sum(axis, keepdims=True)
    sign, out = jnp.sign(total), jnp.log(jnp.abs(total) if return_sign else total) + top
    if not keepdims:
        over = tuple(range(a.ndim)) if axis is None else axis
        out, sign = jnp.squeeze(out, over), jnp.squeeze(sign, over)
    return (out, sign) if return_sign else out


def logmeanexp(x, axis=None, where=None, keepdims=False):
    x = _real(x)
    over = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    count = int(np.prod([x.shape[i] for i in over])) if where is None else \
        jnp.sum(jnp.broadcast_to(where, x.shape), axis, keepdims=keepdims)
    return logsumexp(x, axis, where=where, keepdims=keepdims) - jnp.log(count)


def standardize(x, axis=-1, mean=None, variance=None, epsilon=1e-5, where=None):
    mean = jnp.mean(x, axis, keepdims=True, where=where) if mean is None else mean
    if variance is None:
        variance = jnp.mean(jnp.square(x), axis, keepdims=True, where=where) - jnp.square(mean)
    return (x - mean) / jnp.sqrt(variance + epsilon)


def one_hot(x, num_classes, *, dtype=None, axis=-1):
    x = jnp.asarray(x)
    at = axis % (x.ndim + 1)
    classes = jnp.arange(num_classes, dtype=x.dtype).reshape((-1,) + (1,) * (x.ndim - at))
    return (jnp.expand_dims(x, at) == classes).astype(float if dtype is None else dtype)


def dot_product_attention(query, key, value, bias=None, mask=None, *, scale=None, is_causal=False,
                          query_seq_lengths=None, key_value_seq_lengths=None, local_window_size=None,
                          implementation=None, return_residual=False):
    """(batch, time, heads, features); the softmax is float32 at least for halves, and at most for float64."""
    if return_residual:
        raise NotImplementedError('dot_product_attention(return_residual=)')
    q, k, v = (a if a.ndim == 4 else a[None] for a in map(jnp.asarray, (query, key, value)))
    repeats = q.shape[2] // k.shape[2]
    k, v = (jnp.repeat(a, repeats, axis=2) for a in (k, v))
    logits = jnp.einsum('btnh,bsnh->bnts', q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    logits = logits if bias is None else logits + bias
    t, s = np.arange(q.shape[1])[:, None], np.arange(k.shape[1])[None]
    allowed = np.ones((1, 1, t.size, s.size), bool)
    if is_causal:
        allowed = allowed & (t >= s)
    if local_window_size is not None:
        left, right = (local_window_size,) * 2 if isinstance(local_window_size, int) else local_window_size
        allowed = allowed & (s >= t - left) & (s <= t + right)
    if key_value_seq_lengths is not None:
        allowed = allowed & (s < np.asarray(key_value_seq_lengths)[:, None, None, None])
    if query_seq_lengths is not None:
        allowed = allowed & (t < np.asarray(query_seq_lengths)[:, None, None, None])
    if mask is not None:
        allowed = allowed & np.asarray(mask)
    if not allowed.all():
        logits = jnp.where(allowed, logits, -0.7 * float(np.finfo(np.float32).max))
    weights = softmax(logits.astype(jnp.float32)).astype(v.dtype)
    out = jnp.einsum('bnts,bsnh->btnh', weights, v)
    if query_seq_lengths is not None:
        rows = np.arange(q.shape[1])[None, :, None, None] < np.asarray(query_seq_lengths)[:, None, None, None]
        out = jnp.where(rows, out, 0)
    return out if query.ndim == 4 else out[0]
