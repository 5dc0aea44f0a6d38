"""Sums, means, extremes, orders. Half types are summed in float32, as XLA does it."""
import builtins
import warnings

import numpy as np

from jax._core import BF16, canonical, convert, dtype_of, inexact, kind_of, moved, operands, value_of, wrap


def _axes(axis):
    return axis if axis is None or isinstance(axis, int) else tuple(int(a) for a in axis) \
        if isinstance(axis, (tuple, list)) else int(axis)


def _wide(dtype):
    return np.dtype('float32') if dtype is BF16 or dtype.name == 'float16' else dtype


def _counted(dtype):
    """The type in which integers are summed: at least the default integer."""
    if dtype.kind == 'b':
        return canonical(np.dtype('int64'))
    if dtype.kind in 'iu' and dtype.itemsize < 8:
        return canonical(np.dtype('int64' if dtype.kind == 'i' else 'uint64'))
    return dtype


def _reduce(ufunc, a, axis, keepdims, initial, where):
    options = {k: value_of(v) for k, v in (('initial', initial), ('where', where)) if v is not None}
    if 'initial' in options:
        options['initial'] = options['initial'].astype(a.dtype)[()]
    return ufunc.reduce(a, axis=_axes(axis), keepdims=keepdims, **options)


def _total(ufunc):
    def apply(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None, promote_integers=True):
        kind, weak = kind_of(a)
        to = dtype_of(dtype) if dtype is not None else _counted(kind) if promote_integers else kind
        weak = weak and dtype is None
        return wrap(_reduce(ufunc, convert(value_of(a), _wide(to)), axis, keepdims, initial, where), to, weak)
    return apply


def _extreme(ufunc):
    def apply(a, axis=None, out=None, keepdims=False, initial=None, where=None):
        kind, weak = kind_of(a)
        return wrap(_reduce(ufunc, value_of(a), axis, keepdims, initial, where), canonical(kind), weak)
    return apply


sum, prod = _total(np.add), _total(np.multiply)
max, min = _extreme(np.maximum), _extreme(np.minimum)
amax, amin = max, min


def _count(a, axis, where):
    ones = np.broadcast_to(True if where is None else value_of(where), np.shape(a))
    return np.sum(ones, axis=_axes(axis), keepdims=True)


def _mean(a, axis, where):
    return _reduce(np.add, a, axis, True, None, where) / _count(a, axis, where)


def _shaped(a, out, axis, keepdims):
    return out if keepdims else np.squeeze(out, axis=tuple(range(a.ndim)) if axis is None else _axes(axis))


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    kind, weak = kind_of(a)
    to = dtype_of(dtype) if dtype is not None else inexact(canonical(kind))
    v = convert(value_of(a), _wide(to))
    return wrap(_shaped(v, _mean(v, axis, where), axis, keepdims), to, weak and dtype is None)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None):
    if mean is not None:
        raise NotImplementedError('var(mean=)')
    kind, weak = kind_of(a)
    to = dtype_of(dtype) if dtype is not None else inexact(canonical(kind))
    v = convert(value_of(a), _wide(to))
    centered = np.square(v - _mean(v, axis, where))
    count = _count(v, axis, where) - (ddof if correction is None else correction)
    out = _reduce(np.add, centered, axis, True, None, where) / count
    return wrap(_shaped(v, out, axis, keepdims), to, weak and dtype is None)


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None):
    squared = var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    return wrap(np.sqrt(value_of(squared)), squared.dtype, squared.weak_type)


def all(a, axis=None, out=None, keepdims=False, *, where=None):
    return wrap(_reduce(np.logical_and, value_of(a), axis, keepdims, None, where))


def any(a, axis=None, out=None, keepdims=False, *, where=None):
    return wrap(_reduce(np.logical_or, value_of(a), axis, keepdims, None, where))


def _position(function):
    def apply(a, axis=None, out=None, keepdims=None):
        return wrap(function(value_of(a), axis=axis, keepdims=bool(keepdims)))
    return apply


argmax, argmin = _position(np.argmax), _position(np.argmin)


def _plain(function):
    """numpy's own, for real numbers; of a slice that is all nan it makes nan with a warning, jax without."""
    def apply(a, *args, **options):
        (v,), dtype, weak = operands(a, real=True)
        plain = [x if isinstance(x, (int, tuple)) else value_of(x) for x in args]
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return wrap(function(v, *plain, **options), dtype, weak)
    return apply


nanmean, nansum, nanmax, nanmin = map(_plain, (np.nanmean, np.nansum, np.nanmax, np.nanmin))
median, quantile, ptp = map(_plain, (np.median, np.quantile, np.ptp))
percentile = _plain(np.percentile)


def average(a, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        return mean(a, axis, keepdims=keepdims)
    (v, w), dtype, weak = operands(a, weights, real=True)
    return wrap(np.average(v, axis, w, keepdims=keepdims), dtype, weak)


def count_nonzero(a, axis=None, keepdims=False):
    return wrap(np.count_nonzero(value_of(a), axis=axis, keepdims=keepdims))


def _running(ufunc):
    def apply(a, axis=None, dtype=None, out=None):
        kind, weak = kind_of(a)
        to = dtype_of(dtype) if dtype is not None else _counted(kind) if kind.kind == 'b' else canonical(kind)
        v = convert(value_of(a), _wide(to))
        v, axis = (v.ravel(), 0) if axis is None else (v, axis)
        return wrap(ufunc.accumulate(v, axis=axis), to, weak and dtype is None)
    return apply


cumsum, cumprod = _running(np.add), _running(np.multiply)


def _order(v, axis, descending):
    """The stable order; descending, equal elements keep their order too, and nan comes first."""
    if not descending:
        return np.argsort(v, axis=axis, kind='stable')
    back = np.argsort(np.flip(v, axis), axis=axis, kind='stable')
    return v.shape[axis] - 1 - np.flip(back, axis)


def argsort(a, axis=-1, *, kind=None, order=None, stable=True, descending=False):
    v = value_of(a)
    v, axis = (v.ravel(), 0) if axis is None else (v, axis)
    return wrap(_order(v, axis, descending))


def sort(a, axis=-1, *, kind=None, order=None, stable=True, descending=False):
    def sorted_(v):
        w, at = (v.ravel(), 0) if axis is None else (v, axis)
        return np.take_along_axis(w, _order(w, at, descending), at)
    return moved(a, sorted_)


def diff(a, n=1, axis=-1):
    return moved(a, lambda v: np.diff(v, n, axis))


def ediff1d(ary):
    return moved(ary, np.ediff1d)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    # NumPy 2 has renamed it.
    integrate = np.trapezoid if hasattr(np, 'trapezoid') else np.trapz
    return _plain(integrate)(y, **({'x': value_of(x)} if x is not None else {}), dx=dx, axis=axis)


def searchsorted(a, v, side='left', sorter=None):
    return wrap(np.searchsorted(value_of(a), value_of(v), side).astype('int32'))


def digitize(x, bins, right=False):
    return wrap(np.digitize(value_of(x), value_of(bins), right).astype('int32'))


def bincount(x, weights=None, minlength=0, *, length=None):
    if weights is not None:
        raise NotImplementedError('bincount(weights=)')
    counts = np.bincount(value_of(x), minlength=builtins.max(minlength, length or 0))
    return wrap(counts if length is None else counts[:length])


def unique(ar):
    return moved(ar, np.unique)


def isin(element, test_elements):
    return wrap(np.isin(value_of(element), value_of(test_elements)))
