"""The functions that work element by element: a table from jax's names to numpy's."""
import math

import numpy as np

from jax._core import Array, convert, dtype_of, kind_of, operands, value_of, wrap


def unary(function, real=False, to_bool=False):
    def apply(x, /):
        (a,), dtype, weak = operands(x, real=real)
        out = function(a)
        dtype = out.real.dtype if dtype.kind == 'c' and out.dtype.kind != 'c' else dtype
        return wrap(out, np.dtype(bool) if to_bool else dtype, weak)
    return apply


def binary(function, real=False, to_bool=False):
    def apply(x1, x2, /):
        (a, b), dtype, weak = operands(x1, x2, real=real)
        try:
            return wrap(function(a, b), np.dtype(bool) if to_bool else dtype, weak)
        except ValueError as e:
            raise TypeError(f'incompatible shapes for broadcasting: {a.shape}, {b.shape}') from e
    return apply


def elementwise(function):
    """A function of one number, as those of `math`, for arrays: what numpy has no name for."""
    def apply(a):
        return np.asarray(np.frompyfunc(function, 1, 1)(a), a.dtype if a.dtype.kind == 'f' else float)
    return apply


def _sign(a):
    return np.where(a == 0, a, np.sign(a)) if a.dtype.kind == 'f' else np.sign(a)


def _power(a, b):
    # numpy refuses negative powers of integers; a product of reciprocals truncates to 0, 1 or -1 in XLA.
    if a.dtype.kind in 'iu':
        unit = np.where(np.abs(a) == 1, a ** (np.abs(b) % 2), 0)
        return np.where(b < 0, unit, a ** np.maximum(b, 0)).astype(a.dtype)
    return np.power(a, b)


def _maximum(a, b):
    # 0 is greater than -0, whichever comes first.
    out = np.maximum(a, b)
    return np.where((a == 0) & (b == 0), a + b, out) if out.dtype.kind == 'f' else out


def _minimum(a, b):
    return -_maximum(-a, -b) if a.dtype.kind == 'f' else np.minimum(a, b)


REAL = dict(
    exp=np.exp, exp2=np.exp2, expm1=np.expm1, log=np.log, log1p=np.log1p, log2=np.log2, log10=np.log10, sqrt=np.sqrt,
    cbrt=np.cbrt, sin=np.sin, cos=np.cos, tan=np.tan, sinh=np.sinh, cosh=np.cosh, tanh=np.tanh, arcsin=np.arcsin,
    arccos=np.arccos, arctan=np.arctan, arcsinh=np.arcsinh, arccosh=np.arccosh, arctanh=np.arctanh, asin=np.arcsin,
    acos=np.arccos, atan=np.arctan, asinh=np.arcsinh, acosh=np.arccosh, atanh=np.arctanh, sinc=np.sinc,
    deg2rad=np.deg2rad, rad2deg=np.rad2deg, radians=np.deg2rad, degrees=np.rad2deg, reciprocal=np.reciprocal)
SAME = dict(
    abs=np.abs, absolute=np.abs, negative=np.negative, positive=np.positive, sign=_sign, square=np.square,
    floor=np.floor, ceil=np.ceil, trunc=np.trunc, fix=np.trunc, bitwise_not=np.invert, invert=np.invert,
    bitwise_invert=np.invert)
TO_BOOL = dict(isnan=np.isnan, isinf=np.isinf, isfinite=np.isfinite, signbit=np.signbit, logical_not=np.logical_not)
BINARY_REAL = dict(
    divide=np.divide, true_divide=np.divide, arctan2=np.arctan2, atan2=np.arctan2, hypot=np.hypot,
    logaddexp=np.logaddexp, logaddexp2=np.logaddexp2, copysign=np.copysign, heaviside=np.heaviside,
    nextafter=np.nextafter, float_power=np.power)
BINARY_SAME = dict(
    add=np.add, subtract=np.subtract, multiply=np.multiply, floor_divide=np.floor_divide, remainder=np.remainder,
    mod=np.remainder, fmod=np.fmod, maximum=_maximum, minimum=_minimum, fmax=np.fmax, fmin=np.fmin, power=_power,
    pow=_power, bitwise_and=np.bitwise_and, bitwise_or=np.bitwise_or, bitwise_xor=np.bitwise_xor,
    left_shift=np.left_shift, right_shift=np.right_shift, bitwise_left_shift=np.left_shift,
    bitwise_right_shift=np.right_shift)
COMPARE = dict(
    equal=np.equal, not_equal=np.not_equal, less=np.less, less_equal=np.less_equal, greater=np.greater,
    greater_equal=np.greater_equal, logical_and=np.logical_and, logical_or=np.logical_or, logical_xor=np.logical_xor)

for _table, _make, _options in ((REAL, unary, {'real': True}), (SAME, unary, {}), (TO_BOOL, unary, {'to_bool': True}),
                                (BINARY_REAL, binary, {'real': True}), (BINARY_SAME, binary, {}),
                                (COMPARE, binary, {'to_bool': True})):
    for _name, _function in _table.items():
        globals()[_name] = _make(_function, **_options)
        globals()[_name].__name__ = _name

erf = unary(elementwise(math.erf), real=True)
erfc = unary(elementwise(math.erfc), real=True)


def divmod(x1, x2):
    return floor_divide(x1, x2), remainder(x1, x2)


def round(a, decimals=0):
    (v,), dtype, weak = operands(a)
    return wrap(np.round(v, decimals), dtype, weak)


def rint(x):
    dtype, _ = kind_of(x)
    return round(x if dtype.kind not in 'biu' else astype(x, float))


def clip(arr, /, min=None, max=None):
    out = arr
    if min is not None:
        out = maximum(out, min)
    if max is not None:
        out = minimum(out, max)
    return out


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    (v,), dtype, weak = operands(x)
    return wrap(np.nan_to_num(v, nan=nan, posinf=posinf, neginf=neginf), dtype, weak)


def where(condition, x=None, y=None, *, size=None, fill_value=None):
    if size is not None:
        raise NotImplementedError('where(size=)')
    if x is None and y is None:
        return nonzero(condition)
    (a, b), dtype, weak = operands(x, y)
    return wrap(np.where(value_of(condition) != 0, a, b), dtype, weak)


def nonzero(a):
    return tuple(wrap(i) for i in np.nonzero(value_of(a)))


def select(condlist, choicelist, default=0):
    out = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        out = where(condition, choice, out)
    return out


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    (x, y), _, _ = operands(a, b, real=True)
    return wrap(np.isclose(x, y, rtol, atol, equal_nan))


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return wrap(isclose(a, b, rtol, atol, equal_nan)._value.all())


def array_equal(a, b):
    x, y = value_of(a), value_of(b)
    return wrap(x.shape == y.shape and bool((x == y).all()))


def astype(x, dtype, copy=None):
    to = dtype_of(dtype)
    if dtype is bool or to.kind == 'b':
        return wrap(value_of(x) != 0)
    return Array(convert(value_of(x), to), to)


def isposinf(x):
    return equal(x, np.inf)


def isneginf(x):
    return equal(x, -np.inf)


def isscalar(x):
    return np.isscalar(x) or isinstance(x, Array) and x.ndim == 0


def real(x):
    return wrap(value_of(x).real)


__all__ = [name for name, value in globals().items() if name[0] != '_' and getattr(value, '__module__', '') == __name__
           and name not in ('unary', 'binary', 'elementwise')]
