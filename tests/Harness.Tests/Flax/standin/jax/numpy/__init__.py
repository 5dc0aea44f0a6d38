"""jax.numpy: creation, rearrangement and products; the rest is imported from its parts."""
import builtins
import operator

import numpy as np
from numpy import e, euler_gamma, inf, nan, newaxis, pi

from jax import _core
from jax._core import BF16, Array, blank, canonical, convert, dtype_of, kind_of, moved, operands, value_of, wrap
from jax.numpy import linalg
from jax.numpy._elementwise import *
from jax.numpy import _elementwise as _e
from jax.numpy._indexing import At, getitem, take, take_along_axis
from jax.numpy._reductions import *
from jax.numpy import _reductions as _r

ndarray = Array


# --- types -----------------------------------------------------------------------------------------------------------
class _ScalarMeta(type):
    """jnp.float32 and its like: a name for the type, and a function that makes arrays of it."""

    def __call__(cls, x=0.0):
        return asarray(x, cls.dtype)

    def __eq__(cls, other):
        return cls is other or cls.dtype == other

    def __hash__(cls):
        return hash(cls.dtype)


for _name in ('bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32',
              'float64', 'complex64', 'complex128'):
    _public = 'bool_' if _name == 'bool' else _name
    globals()[_public] = _ScalarMeta(_public, (), {'dtype': np.dtype(_name)})
bfloat16 = _ScalarMeta('bfloat16', (), {'dtype': BF16})
dtype = np.dtype
floating, integer, inexact, number, signedinteger = np.floating, np.integer, np.inexact, np.number, np.signedinteger
complexfloating, unsignedinteger = np.complexfloating, np.unsignedinteger


class finfo:
    def __new__(cls, dtype):
        to = dtype_of(dtype)
        if to is not BF16:
            return np.finfo(to)
        self = super().__new__(cls)
        self.dtype, self.bits, self.eps, self.tiny = to, 16, 2.0 ** -7, np.float32(2.0 ** -126)
        self.max = np.uint32(0x7F7F0000).view(np.float32)
        self.min = -self.max
        return self


def iinfo(dtype):
    return np.iinfo(dtype_of(dtype))


def result_type(*args):
    return _core.result_type(*(dtype_of(a) if isinstance(a, str) else a for a in args))[0]


def promote_types(a, b):
    return result_type(dtype_of(a), dtype_of(b))


def issubdtype(a, b):
    if getattr(a, 'dtype', a) is BF16:
        return b in (np.floating, np.inexact, np.number, bfloat16)
    return np.issubdtype(*(x.dtype if isinstance(x, _ScalarMeta) else x for x in (a, b)))


def __getattr__(name):
    # Not a global of this module, which uses Python's own.
    if name == 'bool':
        return bool_
    raise AttributeError(f'the stand-in offers no jax.numpy.{name}')


def shape(a):
    return np.shape(a)


def ndim(a):
    return np.ndim(a)


def size(a, axis=None):
    return np.size(a, axis)


# --- creation --------------------------------------------------------------------------------------------------------
def _made(value, dtype):
    """An array of Python's numbers: their default types, or the one that is asked for."""
    return wrap(convert(value, canonical(value.dtype)) if dtype is None else value, dtype and dtype_of(dtype))


def asarray(a, dtype=None, order=None, *, copy=None):
    to = None if dtype is None else dtype_of(dtype)
    if isinstance(a, (list, tuple)):
        if builtins.any(isinstance(x, Array) or isinstance(x, (list, tuple)) and x for x in a):
            parts = [asarray(x) for x in a]
            out = stack(parts)
            return out if to is None else out.astype(to)
        return _made(np.asarray(a, None if a else float), to)
    if isinstance(a, type(None)) or isinstance(a, _core.ShapeDtypeStruct):
        raise TypeError(f'{a!r} is no array')
    kind, weak = kind_of(a)
    target = canonical(kind) if to is None else to
    return Array(convert(value_of(a), target), target, weak and to is None)


def array(object, dtype=None, copy=True, order=None, ndmin=0):
    out = asarray(object, dtype)
    return out if out.ndim >= ndmin else out.reshape((1,) * (ndmin - out.ndim) + out.shape)


def _dims(shape):
    sizes = (shape,) if isinstance(shape, (int, np.integer, Array)) else shape
    return tuple(map(operator.index, sizes))


def full(shape, fill_value, dtype=None):
    kind, weak = kind_of(fill_value)
    to = canonical(kind) if dtype is None else dtype_of(dtype)
    return Array(np.broadcast_to(convert(value_of(fill_value), to), _dims(shape)).copy(), to, weak and dtype is None)


def zeros(shape, dtype=None):
    to = dtype_of(float if dtype is None else dtype)
    return blank(_dims(shape), to) if _core.abstract else full(shape, 0, to)


def ones(shape, dtype=None):
    return full(shape, 1, dtype_of(float if dtype is None else dtype))


empty = zeros


def full_like(a, fill_value, dtype=None, shape=None):
    return full(a.shape if shape is None else shape, fill_value, kind_of(a)[0] if dtype is None else dtype)


def zeros_like(a, dtype=None, shape=None):
    return full_like(a, 0, dtype, shape)


def ones_like(a, dtype=None, shape=None):
    return full_like(a, 1, dtype, shape)


empty_like = zeros_like


def arange(start, stop=None, step=None, dtype=None):
    start, stop = (0, start) if stop is None else (start, stop)
    parts = [x.item() if isinstance(x, Array) else x for x in (start, stop, 1 if step is None else step)]
    return _made(np.arange(*parts), dtype)


def _spaced(function):
    def apply(start, stop, num=50, endpoint=True, *args, dtype=None, axis=0, **options):
        if axis != 0:
            raise NotImplementedError('axis=')
        out = function(value_of(start), value_of(stop), num, endpoint, *args, **options)
        to = dtype_of(float if dtype is None else dtype)
        return wrap(np.floor(out) if to.kind in 'iu' else out, to)
    return apply


linspace, logspace, geomspace = _spaced(np.linspace), _spaced(np.logspace), _spaced(np.geomspace)


def eye(N, M=None, k=0, dtype=None):
    return wrap(np.eye(N, M, k), dtype_of(float if dtype is None else dtype))


def identity(n, dtype=None):
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    return wrap(np.tri(N, M, k), dtype_of(np.float32 if dtype is None else dtype))


def indices(dimensions, dtype=None):
    return wrap(np.indices(dimensions), dtype_of(int if dtype is None else dtype))


def triu_indices(n, k=0, m=None):
    return tuple(_made(i, None) for i in np.triu_indices(n, k, m))


def tril_indices(n, k=0, m=None):
    return tuple(_made(i, None) for i in np.tril_indices(n, k, m))


def _window(function):
    return lambda M: _made(function(M), None)


hanning, hamming, blackman, bartlett = map(_window, (np.hanning, np.hamming, np.blackman, np.bartlett))


def meshgrid(*xi, copy=True, sparse=False, indexing='xy'):
    grids = np.meshgrid(*map(value_of, xi), sparse=sparse, indexing=indexing)
    return [wrap(g, *_kind(x)) for g, x in zip(grids, xi)]


def _kind(x):
    kind, weak = kind_of(x)
    return canonical(kind), weak


# --- rearrangement ---------------------------------------------------------------------------------------------------
def _mover(function):
    def apply(a, *args, **options):
        plain = [x._value if isinstance(x, Array) else x for x in args]
        return moved(a, lambda v: function(v, *plain, **options))
    apply.__name__ = function.__name__
    return apply


for _name in ('transpose', 'swapaxes', 'moveaxis', 'rollaxis', 'expand_dims', 'broadcast_to', 'tile', 'roll', 'flip',
              'flipud', 'fliplr', 'rot90', 'atleast_1d', 'atleast_2d', 'atleast_3d', 'ravel', 'tril', 'triu', 'diag',
              'diagonal', 'squeeze'):
    globals()[_name] = _mover(getattr(np, _name))


def permute_dims(a, /, axes):
    return transpose(a, axes)


def matrix_transpose(x, /):
    return swapaxes(x, -1, -2)


def reshape(a, shape, order='C', *, copy=None):
    dims = tuple(map(operator.index, shape)) if isinstance(shape, (tuple, list)) else operator.index(shape)
    try:
        return moved(a, lambda v: v.reshape(dims, order=order))
    except ValueError as e:
        # jax divides the sizes to find a -1, and says so by this class.
        raise TypeError(f'cannot reshape {np.shape(a)} into {shape}') from e


def repeat(a, repeats, axis=None, *, total_repeat_length=None):
    counts = value_of(repeats)
    if total_repeat_length is None:
        return moved(a, lambda v: np.repeat(v, counts, axis))

    def padded(v):
        w, at = (v.ravel(), 0) if axis is None else (v, axis)
        each = np.broadcast_to(counts, (w.shape[at],))
        which = np.repeat(np.arange(w.shape[at]), each)
        # Past the end, the last element goes on.
        missing = builtins.max(0, total_repeat_length - len(which))
        return np.take(w, np.pad(which, (0, missing), 'edge')[:total_repeat_length], at)
    return moved(a, padded)


def _joined(arrays, function):
    values, dtype, weak = operands(*arrays)
    return wrap(function(values), dtype, weak)


def concatenate(arrays, axis=0, dtype=None):
    out = _joined(arrays, lambda v: np.concatenate([a.ravel() for a in v] if axis is None else v, axis or 0))
    return out if dtype is None else out.astype(dtype)


concat = concatenate


def stack(arrays, axis=0, out=None, dtype=None):
    return _joined(arrays, lambda v: np.stack(v, axis))


def hstack(tup):
    return _joined(tup, np.hstack)


def vstack(tup):
    return _joined(tup, np.vstack)


def dstack(tup):
    return _joined(tup, np.dstack)


def column_stack(tup):
    return _joined(tup, np.column_stack)


def unstack(x, /, *, axis=0):
    return tuple(moveaxis(x, axis, 0))


def append(arr, values, axis=None):
    return concatenate([arr, values], axis)


def block(arrays):
    if not isinstance(arrays, list) or builtins.any(isinstance(a, list) for a in arrays):
        raise NotImplementedError('block of rows')
    return concatenate(arrays, -1)


def split(ary, indices_or_sections, axis=0):
    n = ary.shape[axis]
    if isinstance(indices_or_sections, (tuple, list, np.ndarray, Array)):
        cuts = [int(i) for i in indices_or_sections]
        if builtins.any(not -n <= c <= n for c in cuts):
            raise ValueError(f'split at {cuts} is outside an axis of {n}')
    else:
        if n % indices_or_sections:
            raise ValueError(f'{n} is not divisible by {indices_or_sections}')
        cuts = indices_or_sections
    return [moved(ary, lambda _, p=part: p) for part in np.split(value_of(ary), cuts, axis)]


def array_split(ary, indices_or_sections, axis=0):
    return [moved(ary, lambda _, p=part: p) for part in np.array_split(value_of(ary), indices_or_sections, axis)]


def broadcast_arrays(*args):
    shape = np.broadcast_shapes(*(np.shape(a) for a in args))
    return [broadcast_to(asarray(a), shape) for a in args]


def pad(array, pad_width, mode='constant', **options):
    width = np.asarray(pad_width)
    if (width < 0).any():
        raise ValueError('index can\'t contain negative values')
    plain = {k: value_of(v) if k == 'constant_values' else v for k, v in options.items()}
    if mode == 'wrap':
        # numpy's repeats from the wrong cells where more than one period is added.
        for axis, (low, high) in enumerate(np.broadcast_to(width, (np.ndim(array), 2))):
            n = array.shape[axis]
            array = take(array, np.arange(-low, n + high) % n, axis)
        return array
    if mode == 'constant':
        kind = kind_of(array)[0]
        plain['constant_values'] = convert(np.asarray(plain.get('constant_values', 0)), kind)
    return moved(array, lambda v: np.pad(v, width, mode, **plain))


# --- products --------------------------------------------------------------------------------------------------------
def _product(function):
    def apply(a, b, *, precision=None, preferred_element_type=None):
        (x, y), dtype, weak = operands(a, b)
        to = dtype if preferred_element_type is None else dtype_of(preferred_element_type)
        return wrap(function(convert(x, _r._wide(dtype)), convert(y, _r._wide(dtype))), to, weak)
    return apply


def _same_contraction(a, b):
    """jax calls factors that do not fit a TypeError."""
    try:
        return np.matmul(a, b)
    except ValueError as e:
        raise (TypeError if a.ndim and b.ndim else ValueError)(str(e)) from e


matmul, dot, inner, outer = map(_product, (_same_contraction, np.dot, np.inner, np.outer))
vdot, kron, cross = map(_product, (np.vdot, np.kron, np.cross))


def tensordot(a, b, axes=2, *, precision=None, preferred_element_type=None):
    return _product(lambda x, y: np.tensordot(x, y, axes))(a, b, preferred_element_type=preferred_element_type)


def convolve(a, v, mode='full', *, precision=None):
    return _product(lambda x, y: np.convolve(x, y, mode))(a, v)


def einsum(subscripts, /, *arrays, out=None, optimize='auto', precision=None, preferred_element_type=None):
    values, dtype, weak = operands(*arrays)
    to = dtype if preferred_element_type is None else dtype_of(preferred_element_type)
    return wrap(np.einsum(subscripts, *(convert(v, _r._wide(dtype)) for v in values), optimize=True), to, weak)


def trace(a, offset=0, axis1=0, axis2=1):
    return moved(a, lambda v: np.trace(v, offset, axis1, axis2))


def interp(x, xp, fp):
    (a, b, c), dtype, _ = operands(x, xp, fp, real=True)
    return wrap(np.interp(a, b, c), dtype)


# --- the array's methods and operators -------------------------------------------------------------------------------
def _reflected(function):
    return lambda self, other: function(other, self)


def _operator(function):
    def apply(self, other):
        if isinstance(other, (list, tuple, str, type(None))) or hasattr(other, '__jax_array__'):
            return NotImplemented
        return function(self, other)
    return apply


for _sign, _name in (('add', 'add'), ('sub', 'subtract'), ('mul', 'multiply'), ('truediv', 'true_divide'),
                     ('floordiv', 'floor_divide'), ('mod', 'remainder'), ('pow', 'power'), ('matmul', 'matmul'),
                     ('and', 'bitwise_and'), ('or', 'bitwise_or'), ('xor', 'bitwise_xor'), ('lshift', 'left_shift'),
                     ('rshift', 'right_shift'), ('divmod', 'divmod')):
    _function = globals()[_name]
    setattr(Array, f'__{_sign}__', _operator(_function))
    setattr(Array, f'__r{_sign}__', _operator(_reflected(_function)))
for _sign, _name in (('eq', 'equal'), ('ne', 'not_equal'), ('lt', 'less'), ('le', 'less_equal'), ('gt', 'greater'),
                     ('ge', 'greater_equal')):
    setattr(Array, f'__{_sign}__', _operator(globals()[_name]))
for _sign, _name in (('neg', 'negative'), ('pos', 'positive'), ('abs', 'abs'), ('invert', 'invert')):
    setattr(Array, f'__{_sign}__', globals()[_name])
for _name in ('sum', 'prod', 'mean', 'var', 'std', 'max', 'min', 'all', 'any', 'argmax', 'argmin', 'cumsum', 'cumprod',
              'argsort', 'sort', 'round', 'clip', 'astype', 'swapaxes', 'squeeze', 'ravel', 'repeat', 'dot', 'take',
              'diagonal', 'trace', 'ptp', 'nonzero', 'conj'):
    if _name in globals():
        setattr(Array, _name, globals()[_name])


def _variadic(function):
    def method(self, *args, **options):
        return function(self, args[0] if len(args) == 1 and not isinstance(args[0], int) else args or None, **options)
    return method


Array.__round__ = lambda self, n=None: _e.round(self).astype(int) if n is None else _e.round(self, n)
Array.reshape = _variadic(reshape)
Array.transpose = _variadic(transpose)
Array.flatten = lambda self, order='C': reshape(self, -1, order)
Array.view = lambda self, dtype: wrap(self._value.view(dtype_of(dtype)))
Array.copy = lambda self: self
Array.__getitem__ = getitem
Array.at = property(At)
Array.real = property(_e.real)


def _immutable(self, index, value):
    raise TypeError("JAX arrays are immutable: x = x.at[index].set(value)")


Array.__setitem__ = _immutable
