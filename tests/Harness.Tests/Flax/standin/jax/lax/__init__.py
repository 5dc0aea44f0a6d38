"""jax.lax: operators that promote nothing and broadcast no ranks."""
import builtins
import enum

import numpy as np

from jax import numpy as jnp
from jax._core import BF16, Array, canonical, convert, dtype_of, kind_of, moved, value_of, wrap
from jax.lax._control import (associative_scan, cond, fori_loop, map, scan, switch, while_loop)
from jax.lax._special import (digamma, erf, erf_inv, erfc, lgamma, logistic, of_reals)
from jax.lax._windows import (ConvDimensionNumbers, conv, conv_dimension_numbers, conv_general_dilated,
                              conv_general_dilated_patches, conv_transpose, conv_with_general_padding, dot_general,
                              padtype_to_pads, reduce_window, spread)
from jax.numpy._elementwise import _sign
from jax.numpy._reductions import _order

Precision = enum.Enum('Precision', 'DEFAULT HIGH HIGHEST')
RoundingMethod = enum.Enum('RoundingMethod', {'AWAY_FROM_ZERO': 0, 'TO_NEAREST_EVEN': 1})


# --- element by element ----------------------------------------------------------------------------------------------
def same(*xs):
    """The values of operands of one type and rank; numbers without axes stretch."""
    kinds = [kind_of(x) for x in xs]
    if any(canonical(k) != canonical(kinds[0][0]) for k, _ in kinds):
        raise TypeError(f'lax requires arguments to have the same dtypes, got {[k.name for k, _ in kinds]}')
    values = [value_of(x) for x in xs]
    if len({v.ndim for v in values if v.ndim}) > 1:
        raise TypeError(f'arrays must have the same number of dimensions, got {[v.shape for v in values]}')
    return values, canonical(kinds[0][0]), all(w for _, w in kinds)


def _operator(function, to_bool=False):
    def apply(*xs):
        values, dtype, weak = same(*xs)
        return wrap(function(*values), np.dtype(bool) if to_bool else dtype, weak)
    return apply


def _quotient(a, b):
    return (a - np.fmod(a, b)) // b if a.dtype.kind in 'iu' else a / b


add, sub, mul, div = [_operator(f) for f in (np.add, np.subtract, np.multiply, _quotient)]
max, min, rem, pow = (_operator(f) for f in (np.maximum, np.minimum, np.fmod, np.power))
atan2, nextafter = _operator(np.arctan2), _operator(np.nextafter)
eq, ne, lt, le, gt, ge = (_operator(f, True) for f in (np.equal, np.not_equal, np.less, np.less_equal, np.greater,
                                                       np.greater_equal))
neg, abs, sign, square = (_operator(f) for f in (np.negative, np.abs, _sign, np.square))
bitwise_and, bitwise_or, bitwise_xor, bitwise_not = (
    _operator(f) for f in (np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert))
shift_left, shift_right_arithmetic = _operator(np.left_shift), _operator(np.right_shift)
is_finite = _operator(np.isfinite, True)
for _name, _function in dict(
        sqrt=np.sqrt, rsqrt=lambda a: 1 / np.sqrt(a), log=np.log, log1p=np.log1p, cbrt=np.cbrt, exp=np.exp,
        exp2=np.exp2, expm1=np.expm1, tanh=np.tanh, sin=np.sin, cos=np.cos, tan=np.tan, floor=np.floor, ceil=np.ceil,
        sinh=np.sinh,
        cosh=np.cosh, asin=np.arcsin, acos=np.arccos, atan=np.arctan, asinh=np.arcsinh, acosh=np.arccosh,
        atanh=np.arctanh, reciprocal=lambda a: 1 / a).items():
    globals()[_name] = of_reals(_function)


def round(x, rounding_method=RoundingMethod.AWAY_FROM_ZERO):
    even = rounding_method is RoundingMethod.TO_NEAREST_EVEN
    def away(a):
        return np.copysign(np.trunc(np.abs(a)) + (np.abs(a) - np.trunc(np.abs(a)) >= 0.5), a)
    return of_reals(np.rint if even else away)(x)


def integer_pow(x, y):
    return moved(x, lambda a: a ** y)


def clamp(min, x, max):
    dtype, weak = kind_of(x)
    low, high = (convert(value_of(v), dtype) for v in (min, max))
    return wrap(np.minimum(np.maximum(value_of(x), low), high), dtype, weak)


def select(pred, on_true, on_false):
    (a, b), dtype, weak = same(on_true, on_false)
    return wrap(np.where(value_of(pred), a, b), dtype, weak)


def select_n(which, *cases):
    values, dtype, weak = same(*cases)
    return wrap(np.choose(value_of(which).astype(int), values), dtype, weak)


def convert_element_type(operand, new_dtype):
    return jnp.asarray(operand).astype(new_dtype)


def bitcast_convert_type(operand, new_dtype):
    to, v = dtype_of(new_dtype), value_of(operand)
    if to is BF16:
        return Array((v.astype(np.uint32) << 16).view(np.float32), BF16)
    if kind_of(operand)[0] is BF16:
        return wrap((v.view(np.uint32) >> 16).astype(np.uint16).view(to))
    return wrap(v.view(to))


def stop_gradient(x):
    return x


# --- creation and rearrangement --------------------------------------------------------------------------------------
def full(shape, fill_value, dtype=None):
    return jnp.full(shape, fill_value, dtype)


full_like = jnp.full_like


def iota(dtype, size):
    return jnp.arange(size, dtype=dtype)


def broadcasted_iota(dtype, shape, dimension):
    at = [1] * len(shape)
    at[dimension] = shape[dimension]
    return jnp.broadcast_to(iota(dtype, shape[dimension]).reshape(at), shape)


def broadcast(operand, sizes):
    return jnp.broadcast_to(operand, (*sizes, *operand.shape))


def broadcast_in_dim(operand, shape, broadcast_dimensions):
    at = [1] * len(shape)
    for n, axis in zip(operand.shape, broadcast_dimensions):
        at[axis] = n
    return jnp.broadcast_to(operand.reshape(at), shape)


def transpose(operand, permutation):
    return jnp.transpose(operand, permutation)


def reshape(operand, new_sizes, dimensions=None):
    return jnp.reshape(operand, new_sizes)


def squeeze(array, dimensions):
    return jnp.squeeze(array, tuple(dimensions))


def expand_dims(array, dimensions):
    return jnp.expand_dims(array, tuple(dimensions))


def rev(operand, dimensions):
    return jnp.flip(operand, tuple(dimensions))


def concatenate(operands, dimension):
    values, dtype, weak = same(*operands)
    return wrap(np.concatenate(values, dimension), dtype, weak)


def pad(operand, padding_value, padding_config):
    dtype, _ = kind_of(operand)
    return moved(operand, lambda v: spread(v, padding_config, convert(value_of(padding_value), dtype)))


def slice(operand, start_indices, limit_indices, strides=None):
    parts = tuple(_slice(*ends) for ends in zip(start_indices, limit_indices, strides or (1,) * operand.ndim))
    return moved(operand, lambda v: v[parts])


_slice = builtins.slice


def slice_in_dim(operand, start_index, limit_index, stride=1, axis=0):
    return moved(operand, lambda v: v[(_slice(None),) * (axis % v.ndim) + (_slice(start_index, limit_index, stride),)])


def index_in_dim(operand, index, axis=0, keepdims=True):
    out = jnp.take(operand, jnp.asarray([index]), axis=axis)
    return out if keepdims else jnp.squeeze(out, axis)


def dynamic_slice(operand, start_indices, slice_sizes):
    starts = _starts(operand.shape, start_indices, slice_sizes)
    return moved(operand, lambda v: v[tuple(_slice(s, s + n) for s, n in zip(starts, slice_sizes))])


def _starts(shape, starts, sizes):
    """A slice that would leave the array begins earlier."""
    whole = [int(s) + (n if int(s) < 0 else 0) for s, n in zip(starts, shape)]
    return [sorted((0, s, n - size))[1] for s, n, size in zip(whole, shape, sizes)]


def dynamic_slice_in_dim(operand, start_index, slice_size, axis=0):
    axis %= operand.ndim
    starts, sizes = [0] * operand.ndim, list(operand.shape)
    starts[axis], sizes[axis] = start_index, slice_size
    return dynamic_slice(operand, starts, sizes)


def dynamic_index_in_dim(operand, index, axis=0, keepdims=True):
    out = dynamic_slice_in_dim(operand, index, 1, axis)
    return out if keepdims else jnp.squeeze(out, axis)


def dynamic_update_slice(operand, update, start_indices):
    starts = _starts(operand.shape, start_indices, update.shape)
    return operand.at[tuple(_slice(s, s + n) for s, n in zip(starts, update.shape))].set(update)


def dynamic_update_slice_in_dim(operand, update, start_index, axis):
    starts = [0] * operand.ndim
    starts[axis] = start_index
    return dynamic_update_slice(operand, update, starts)


# --- reductions, products and orders ---------------------------------------------------------------------------------
def _from_the_start(operand, *axes):
    if any(not 0 <= axis < np.ndim(operand) for axis in axes):
        raise ValueError(f'axes {axes} of {np.ndim(operand)}: lax counts none from the end')
    return axes


def reduce_sum(operand, axes):
    return jnp.sum(operand, _from_the_start(operand, *axes), promote_integers=False)


def reduce_prod(operand, axes):
    return jnp.prod(operand, _from_the_start(operand, *axes), promote_integers=False)


def reduce_max(operand, axes):
    return jnp.max(operand, _from_the_start(operand, *axes))


def reduce_min(operand, axes):
    return jnp.min(operand, _from_the_start(operand, *axes))


def reduce(operand, init_value, computation, dimensions):
    window = [n if i in dimensions else 1 for i, n in enumerate(operand.shape)]
    out = reduce_window(operand, init_value, computation, window, (1,) * operand.ndim, 'VALID')
    return jnp.squeeze(out, tuple(dimensions))


def argmax(operand, axis, index_dtype):
    return jnp.argmax(operand, *_from_the_start(operand, axis)).astype(index_dtype)


def argmin(operand, axis, index_dtype):
    return jnp.argmin(operand, *_from_the_start(operand, axis)).astype(index_dtype)


def _running(accumulate):
    def apply(operand, axis=0, reverse=False):
        _from_the_start(operand, axis)

        def run(v):
            return np.flip(accumulate(np.flip(v, axis), axis), axis) if reverse else accumulate(v, axis)
        return moved(operand, run)
    return apply


cumsum, cumprod, cummax, cummin, cumlogsumexp = (
    _running(f.accumulate) for f in (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp))


def dot(lhs, rhs, *, precision=None, preferred_element_type=None):
    axes = ((lhs.ndim - 1,), (0,))
    return dot_general(lhs, rhs, (axes, ((), ())), precision, preferred_element_type)


def batch_matmul(lhs, rhs, precision=None):
    batch = tuple(range(lhs.ndim - 2))
    return dot_general(lhs, rhs, (((lhs.ndim - 1,), (lhs.ndim - 2,)), (batch, batch)))


def top_k(operand, k, *, axis=-1):
    v = value_of(operand)
    at = np.take(_order(v, axis, True), range(k), axis)
    return moved(operand, lambda v: np.take_along_axis(v, at, axis)), wrap(at.astype(np.int32))


def sort(operand, dimension=-1, is_stable=True, num_keys=1):
    many = isinstance(operand, (tuple, list))
    operands = tuple(operand) if many else (operand,)
    at = np.lexsort([value_of(o) for o in operands[:num_keys]][::-1], axis=dimension)
    out = tuple(moved(o, lambda v: np.take_along_axis(v, at, dimension)) for o in operands)
    return out if many else out[0]
