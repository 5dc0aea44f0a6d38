"""Element types, jax's promotion between them, and the array: a numpy array that cannot be written to, with jax's type.

bfloat16, which numpy has not, is float32 storage rounded after every operation."""
import contextlib
import os

import numpy as np

np.seterr(all='ignore')  # jax computes nan and inf without a word


class Config:
    jax_enable_x64 = os.environ.get('JAX_ENABLE_X64', '').lower() in ('1', 'true')
    jax_default_matmul_precision = None

    def update(self, name, value):
        if not hasattr(Config, name) and name not in ('jax_platforms', 'jax_platform_name'):
            raise AttributeError(f'unrecognized config option: {name}')
        setattr(self, name, value)


config = Config()
abstract = False  # inside eval_shape: shapes and types count, values do not


@contextlib.contextmanager
def enable_x64(on=True):
    before, config.jax_enable_x64 = config.jax_enable_x64, on
    try:
        yield
    finally:
        config.jax_enable_x64 = before


@contextlib.contextmanager
def abstractly():
    global abstract
    before, abstract = abstract, True
    try:
        yield
    finally:
        abstract = before


class BFloat16:
    """The dtype of bfloat16 arrays; there is one."""
    name, itemsize, kind, str = 'bfloat16', 2, 'V', '<V2'

    def __eq__(self, other):
        return other is self or other == 'bfloat16' or getattr(other, 'dtype', None) is self

    def __hash__(self):
        return hash('bfloat16')

    def __repr__(self):
        return 'bfloat16'


BF16 = BFloat16()
WIDE = {'float64': 'float32', 'int64': 'int32', 'uint64': 'uint32', 'complex128': 'complex64'}


def canonical(dtype):
    """The type that stands for it: without x64, there are no types of 64 bits."""
    if dtype is not BF16 and not config.jax_enable_x64 and dtype.name in WIDE:
        return np.dtype(WIDE[dtype.name])
    return dtype


def dtype_of(spec):
    """A dtype from what jax takes for one: float, 'float32', jnp.float32, a dtype."""
    own = getattr(spec, 'dtype', None)
    spec = own if isinstance(own, (np.dtype, BFloat16)) else spec
    if spec is BF16 or isinstance(spec, str) and spec == 'bfloat16':
        return BF16
    return canonical(np.dtype(spec))


def storage(dtype):
    return np.dtype('float32') if dtype is BF16 else dtype


def round_bf16(a):
    bits = np.ascontiguousarray(a, np.float32).view(np.uint32)
    rounded = (bits + (0x7FFF + ((bits >> 16) & 1)).astype(np.uint32)) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(a), np.float32(np.nan), rounded.view(np.float32)).reshape(np.shape(a))


def convert(a, dtype):
    """astype as XLA does it: real numbers become integers by truncation, saturating, nan as 0; integers wrap."""
    to = storage(dtype)
    if a.dtype.kind == 'f' and to.kind in 'iu':
        limits = np.iinfo(to)
        low, high = a <= limits.min, a >= limits.max
        inside = np.where(low | high | np.isnan(a), a.dtype.type(0), a).astype(to)
        return np.where(low, to.type(limits.min), np.where(high, to.type(limits.max), inside))
    out = a if a.dtype == to else (a.real if a.dtype.kind == 'c' and to.kind != 'c' else a).astype(to)
    return round_bf16(out) if dtype is BF16 else out


# --- promotion (https://docs.jax.dev/en/latest/type_promotion.html): i*, f*, c* are the weak types of Python's numbers 
ABOVE = {'bool': ['i*'], 'i*': ['uint8', 'int8'], 'uint8': ['int16', 'uint16'], 'uint16': ['int32', 'uint32'],
         'uint32': ['int64', 'uint64'], 'int8': ['int16'], 'int16': ['int32'], 'int32': ['int64'], 'uint64': ['f*'],
         'int64': ['f*'], 'f*': ['bfloat16', 'float16', 'c*'], 'bfloat16': ['float32'], 'float16': ['float32'],
         'float32': ['float64', 'complex64'], 'float64': ['complex128'], 'c*': ['complex64'],
         'complex64': ['complex128'], 'complex128': []}


def _closure(node):
    return {node}.union(*(_closure(n) for n in ABOVE[node]))


UPPER = {node: _closure(node) for node in ABOVE}
WEAK = {'i': 'i*', 'u': 'i*', 'f': 'f*', 'V': 'f*', 'c': 'c*', 'b': 'bool'}
DEFAULT = {'i*': 'int64', 'f*': 'float64', 'c*': 'complex128'}


def _least(nodes):
    common = set.intersection(*(UPPER[n] for n in nodes))
    return next(n for n in common if UPPER[n] >= common)


def kind_of(x):
    """(dtype, weak) of an operand."""
    if isinstance(x, Array):
        return x.dtype, x.weak_type
    for python, name in ((bool, 'bool'), (int, 'int64'), (float, 'float64'), (complex, 'complex128')):
        if type(x) is python:
            return canonical(np.dtype(name)), python is not bool
    if hasattr(x, '__jax_array__'):
        return kind_of(x.__jax_array__())
    if isinstance(x, (np.ndarray, np.generic)):
        if x.dtype.kind not in 'biufc':
            raise TypeError(f'{x.dtype} is no element type of jax')
        return x.dtype, False
    if isinstance(x, (np.dtype, type, BFloat16)):
        return dtype_of(x), any(x is python for python in (int, float, complex))
    raise TypeError(f'{type(x).__name__} is not a valid array type: {x!r}')


def result_type(*operands):
    """(dtype, weak) that jax gives to an operation on these."""
    kinds = [kind_of(x) for x in operands]
    dtypes, weak = [d for d, _ in kinds], [w for _, w in kinds]
    if all(d == dtypes[0] for d in dtypes):
        return canonical(dtypes[0]), all(weak)
    if all(weak):
        out = _least([d.name for d in dtypes])
        return canonical(np.dtype(out)) if out != 'bfloat16' else BF16, True
    out = _least([WEAK[d.kind] if w else d.name for d, w in kinds])
    dtype = BF16 if out == 'bfloat16' else canonical(np.dtype(DEFAULT.get(out, out)))
    return dtype, out in DEFAULT


def inexact(dtype):
    """The type in which a function of real numbers computes: float64 for integers of 64 bits, float32 for others."""
    if dtype.kind not in 'biu':
        return dtype
    return canonical(np.dtype('float64' if dtype.itemsize == 8 else 'float32'))


def value_of(x):
    """The numpy array that holds an operand. Lists are refused, as jax refuses them."""
    if isinstance(x, Array):
        return x._value
    if hasattr(x, '__jax_array__'):
        return value_of(x.__jax_array__())
    if isinstance(x, (bool, int, float, complex, np.ndarray, np.generic)):
        a = np.asarray(x)
        return a if config.jax_enable_x64 or a.dtype.name not in WIDE else convert(a, canonical(a.dtype))
    raise TypeError(f'{type(x).__name__} is not a valid array type: {x!r}')


def operands(*xs, real=False):
    """(values in their common type, that type, whether it is weak)."""
    dtype, weak = result_type(*xs)
    dtype = inexact(dtype) if real else dtype
    return [convert(value_of(x), dtype) for x in xs], dtype, weak


def wrap(value, dtype=None, weak=False):
    value = np.asarray(value)
    dtype = canonical(value.dtype) if dtype is None else dtype
    return Array(convert(value, dtype), dtype, weak)


def moved(x, function):
    """The array of what `function` makes of the values by moving or selecting them: type and weakness stay."""
    dtype, weak = kind_of(x)
    return Array(function(value_of(x)), canonical(dtype), weak)


class Array:
    """An array of jax. Its operators and most methods are the functions of jax.numpy, which sets them."""
    __slots__ = ('_value', 'dtype', 'weak_type')
    __array_priority__ = 1000  # numpy's operators leave theirs to ours
    __hash__ = None

    def __init__(self, value, dtype, weak=False):
        value = np.asarray(value).view()
        value.flags.writeable = False
        self._value, self.dtype, self.weak_type = value, dtype, weak

    shape = property(lambda self: self._value.shape)
    ndim = property(lambda self: self._value.ndim)
    size = property(lambda self: self._value.size)
    nbytes = property(lambda self: self._value.size * self.dtype.itemsize)
    itemsize = property(lambda self: self.dtype.itemsize)
    T = property(lambda self: moved(self, np.transpose))
    mT = property(lambda self: moved(self, lambda a: np.swapaxes(a, -1, -2)))

    def __array__(self, dtype=None, copy=None):
        return self._value if dtype is None else self._value.astype(dtype)

    def __repr__(self):
        return f'Array({self._value}, dtype={self.dtype.name})'

    def __len__(self):
        return len(self._value)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return bool(self._value)

    def __index__(self):
        return self._value.__index__()

    def __int__(self):
        return int(self._value)

    def __float__(self):
        return float(self._value)

    def __format__(self, spec):
        return format(self._value[()] if self.ndim == 0 else self._value, spec)

    def item(self):
        return self._value.item()

    def tolist(self):
        return self._value.tolist()

    def block_until_ready(self):
        return self


class ShapeDtypeStruct:
    def __init__(self, shape, dtype):
        self.shape, self.dtype = tuple(shape), dtype_of(dtype)

    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: int(np.prod(self.shape)))

    def __repr__(self):
        return f'ShapeDtypeStruct(shape={self.shape}, dtype={self.dtype.name})'


def blank(shape, dtype):
    """An array of which only shape and type are asked for: zeros that take no memory."""
    return Array(np.broadcast_to(np.zeros((), storage(dtype)), shape), dtype)
