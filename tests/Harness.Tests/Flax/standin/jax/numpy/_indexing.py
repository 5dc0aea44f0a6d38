"""x[...], x.at[...] and take: where numpy raises for an index outside, jax clamps a read and drops a write."""
import numpy as np

from jax._core import Array, convert, kind_of, moved, operands, value_of, wrap


def _parts(index):
    """The parts of an index with arrays as numpy's; what jax refuses is refused."""
    out = []
    for part in index if isinstance(index, tuple) else (index,):
        if part is None or part is Ellipsis or isinstance(part, (slice, int)) and not isinstance(part, bool):
            if isinstance(part, slice):
                part = slice(*(None if p is None else p.__index__() for p in (part.start, part.stop, part.step)))
            out.append(part)
            continue
        a = value_of(part)
        if a.dtype.kind not in 'iub':
            raise TypeError(f'Indexer must have integer or boolean type, got indexer with type {a.dtype}')
        out.append(a)
    return out


def _axes_of(parts, ndim):
    """The first axis of the array that each part takes, None for parts that take none."""
    taken = [0 if p is None or p is Ellipsis else p.ndim if isinstance(p, np.ndarray) and p.dtype.kind == 'b' else 1
             for p in parts]
    if sum(taken) > ndim:
        raise IndexError(f'Too many indices: {sum(taken)} for {ndim} axes')
    axis, axes = 0, []
    for p, n in zip(parts, taken):
        axes.append(axis if n else None)
        axis += ndim - sum(taken) if p is Ellipsis else n
    return axes


def _is_number(part):
    return isinstance(part, int) or isinstance(part, np.ndarray) and part.dtype.kind != 'b'


def _positive(part, n):
    part = np.asarray(part).astype(np.int64)
    return np.where(part < 0, part + n, part)


def clamped(shape, index):
    parts = _parts(index)
    for i, (p, axis) in enumerate(zip(parts, _axes_of(parts, len(shape)))):
        if _is_number(p):
            parts[i] = np.clip(_positive(p, shape[axis]), 0, max(shape[axis] - 1, 0))
            parts[i] = int(parts[i]) if isinstance(p, int) else parts[i]
    return tuple(parts)


def positions(shape, index):
    """For every element that an index names, its place in the flat array; -1 for those outside."""
    parts = _parts(index)
    grid = np.arange(int(np.prod(shape))).reshape(shape)
    for i, (p, axis) in enumerate(zip(parts, _axes_of(parts, len(shape)))):
        if _is_number(p):
            # One more element on that axis stands for everything outside.
            grid = np.insert(grid, shape[axis], -1, axis)
            at = _positive(p, shape[axis])
            parts[i] = np.where((at < 0) | (at >= shape[axis]), shape[axis], at)
            parts[i] = int(parts[i]) if isinstance(p, int) else parts[i]
    return grid[tuple(parts)]


def getitem(x, index):
    return moved(x, lambda a: a[clamped(a.shape, index)])


def _fill(dtype):
    return np.iinfo(dtype).min if dtype.kind == 'i' else np.iinfo(dtype).max if dtype.kind == 'u' else \
        True if dtype.kind == 'b' else np.nan


def filled(x, at, fill_value=None):
    def pick(a):
        fill = np.asarray(_fill(a.dtype) if fill_value is None else value_of(fill_value)).astype(a.dtype)
        return np.where(at < 0, fill, a.ravel()[np.maximum(at, 0)])
    return moved(x, pick)


class At:
    """x.at; x.at[index].set(y) and the other updates."""

    def __init__(self, array, index=None):
        self.array, self.index = array, index

    def __getitem__(self, index):
        return At(self.array, index)

    def get(self, *, mode=None, fill_value=None, indices_are_sorted=False, unique_indices=False):
        if mode in (None, 'clip', 'promise_in_bounds'):
            return getitem(self.array, self.index)
        if mode != 'fill':
            raise NotImplementedError(f'at.get(mode={mode!r})')
        return filled(self.array, positions(self.array.shape, self.index), fill_value)

    def _update(self, ufunc, values, mode):
        if mode not in (None, 'drop', 'promise_in_bounds'):
            raise NotImplementedError(f'at[].set(mode={mode!r})')
        x = self.array
        at = positions(x.shape, self.index)
        inside = at >= 0
        new = np.broadcast_to(convert(value_of(values), x.dtype), at.shape)[inside]
        flat = x._value.flatten()
        if ufunc is None:
            flat[at[inside]] = new
        else:
            ufunc.at(flat, at[inside], new)
        return wrap(flat.reshape(x.shape), x.dtype, x.weak_type)

    def apply(self, func, **_):
        return self.set(func(getitem(self.array, self.index)))


for _name, _ufunc in (('set', None), ('add', np.add), ('subtract', np.subtract), ('mul', np.multiply),
                      ('multiply', np.multiply), ('divide', np.divide), ('power', np.power), ('max', np.maximum),
                      ('min', np.minimum)):
    def _method(self, values, *, mode=None, indices_are_sorted=False, unique_indices=False, _ufunc=_ufunc):
        return self._update(_ufunc, values, mode)
    setattr(At, _name, _method)


def take(a, indices, axis=None, out=None, mode=None, unique_indices=False, indices_are_sorted=False, fill_value=None):
    array = a if isinstance(a, Array) else wrap(value_of(a), *kind_of(a))
    if axis is None:
        array, axis = moved(array, np.ravel), 0
    i = value_of(indices)
    if mode in ('clip', 'wrap'):
        return moved(array, lambda v: np.take(v, i, axis, mode=mode))
    if mode not in (None, 'fill'):
        raise NotImplementedError(f'take(mode={mode!r})')
    whole = (slice(None),) * (axis % array.ndim)
    return filled(array, positions(array.shape, (*whole, i)), fill_value)


def take_along_axis(arr, indices, axis=-1, mode=None, fill_value=None):
    if mode is not None:
        raise NotImplementedError('take_along_axis(mode=)')
    (v,), dtype, weak = operands(arr)
    i = value_of(indices)
    v, axis = (v.ravel(), 0) if axis is None else (v, axis)
    i = _positive(i, v.shape[axis])
    outside = (i < 0) | (i >= v.shape[axis])
    out = np.take_along_axis(v, np.where(outside, 0, i), axis)
    return wrap(np.where(outside, np.asarray(_fill(v.dtype)).astype(v.dtype), out), dtype, weak)
