"""flax.serialization: msgpack with Flax's extensions (1 an array, 2 a complex number, 3 a numpy scalar)."""
import struct

import numpy as np

from jax import lax, tree
from jax import numpy as jnp
from jax._core import BF16, Array

MAX_CHUNK_SIZE = 2 ** 30


# --- writing ---------------------------------------------------------------------------------------------------------
def _sized(n, fixed, small, codes):
    """The head of a thing of n parts: in one byte below `small`, else by the first code whose width holds n."""
    if n < small:
        return bytes([fixed | n])
    code, form = next((c, f) for c, f in codes if n < 1 << 8 * struct.calcsize(f))
    return bytes([code]) + struct.pack('>' + form, n)


def _integer(n):
    if -32 <= n < 128:
        return struct.pack('b', n) if n < 0 else bytes([n])
    for code, form in ((0xCC, 'B'), (0xCD, 'H'), (0xCE, 'I'), (0xCF, 'Q')) if n >= 0 else \
            ((0xD0, 'b'), (0xD1, 'h'), (0xD2, 'i'), (0xD3, 'q')):
        try:
            return bytes([code]) + struct.pack('>' + form, n)
        except struct.error:
            continue
    raise OverflowError(n)


def _extension(kind, data):
    one = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}.get(len(data))
    head = bytes([one]) if one else _sized(len(data), 0, 0, ((0xC7, 'B'), (0xC8, 'H'), (0xC9, 'I')))
    return head + bytes([kind]) + data


def _array(a):
    bits = lax.bitcast_convert_type(a, jnp.uint16) if a.dtype is BF16 else a
    return _pack([list(a.shape), a.dtype.name, np.asarray(bits).tobytes()])


def _pack(x):
    if x is None or isinstance(x, bool):
        return {None: b'\xc0', False: b'\xc2', True: b'\xc3'}[x]
    if isinstance(x, (Array, np.ndarray)):
        return _extension(1, _array(x))
    if isinstance(x, np.generic):
        return _extension(3, _array(np.asarray(x)))
    if isinstance(x, int):
        return _integer(x)
    if isinstance(x, float):
        return b'\xcb' + struct.pack('>d', x)
    if isinstance(x, complex):
        return _extension(2, _pack([x.real, x.imag]))
    if isinstance(x, str):
        data = x.encode()
        return _sized(len(data), 0xA0, 32, ((0xD9, 'B'), (0xDA, 'H'), (0xDB, 'I'))) + data
    if isinstance(x, bytes):
        return _sized(len(x), 0, 0, ((0xC4, 'B'), (0xC5, 'H'), (0xC6, 'I'))) + x
    if isinstance(x, (list, tuple)):
        return _sized(len(x), 0x90, 16, ((0xDC, 'H'), (0xDD, 'I'))) + b''.join(map(_pack, x))
    if isinstance(x, dict):
        parts = b''.join(_pack(k) + _pack(v) for k, v in x.items())
        return _sized(len(x), 0x80, 16, ((0xDE, 'H'), (0xDF, 'I'))) + parts
    raise TypeError(f'can not serialize {type(x)!r} object')


def _chunked(node):
    if isinstance(node, dict):
        return {k: _chunked(v) for k, v in node.items()}
    if not isinstance(node, (Array, np.ndarray)) or node.size * node.dtype.itemsize <= MAX_CHUNK_SIZE:
        return node
    step, flat = max(1, MAX_CHUNK_SIZE // node.dtype.itemsize), node.reshape(-1)
    parts = {str(n): flat[i:i + step] for n, i in enumerate(range(0, flat.size, step))}
    return {'__msgpack_chunked_array__': True, 'shape': {str(n): s for n, s in enumerate(node.shape)}, 'chunks': parts}


def msgpack_serialize(pytree, in_place=False):
    return _pack(_chunked(tree.map(lambda leaf: leaf, pytree)))  # keys in their order


# --- reading ---------------------------------------------------------------------------------------------------------
class _Reader:
    def __init__(self, data):
        self.data, self.at = memoryview(data), 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError('Unpack failed: incomplete input')
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, form):
        return struct.unpack('>' + form, self.take(struct.calcsize(form)))[0]

    def list(self, n):
        return [self.value() for _ in range(n)]

    def map(self, n):
        return {self.value(): self.value() for _ in range(n)}

    def text(self, n):
        return str(self.take(n), 'utf-8')

    def extension(self, n):
        kind = self.number('b')
        inner = _Reader(self.take(n)).value()
        if kind == 2:
            return complex(*inner)
        if kind not in (1, 3):
            raise ValueError(f'unknown extension {kind}')
        shape, name, data = inner
        if name == 'bfloat16':
            return lax.bitcast_convert_type(jnp.asarray(np.frombuffer(data, np.uint16).reshape(shape)), jnp.bfloat16)
        array = np.frombuffer(data, np.dtype(name)).reshape(shape)
        return array[()] if kind == 3 else array

    def value(self):
        b = self.number('B')
        if b < 0x80 or b >= 0xE0:
            return b if b < 0x80 else b - 256
        for low, high, read in ((0x80, 0x90, self.map), (0x90, 0xA0, self.list), (0xA0, 0xC0, self.text)):
            if low <= b < high:
                return read(b - low)
        if b in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[b]
        if 0xCA <= b <= 0xD3:
            return self.number('fdBHIQbhiq'[b - 0xCA])
        if 0xD4 <= b <= 0xD8:
            return self.extension(1 << (b - 0xD4))
        for first, forms, read in ((0xC4, 'BHI', lambda n: bytes(self.take(n))), (0xC7, 'BHI', self.extension),
                                   (0xD9, 'BHI', self.text), (0xDC, 'HI', self.list), (0xDE, 'HI', self.map)):
            if first <= b < first + len(forms):
                return read(self.number(forms[b - first]))
        raise ValueError(f'Unpack failed: byte {b:#x}')


def _whole(node):
    if not isinstance(node, dict):
        return node
    if '__msgpack_chunked_array__' not in node:
        return {k: _whole(v) for k, v in node.items()}
    shape = [node['shape'][str(n)] for n in range(len(node['shape']))]
    parts = [node['chunks'][str(n)] for n in range(len(node['chunks']))]
    join = jnp.concatenate if isinstance(parts[0], Array) else np.concatenate
    return join(parts).reshape(shape)


def msgpack_restore(encoded_pytree):
    reader = _Reader(encoded_pytree)
    restored = reader.value()
    if reader.at != len(reader.data):
        raise ValueError('unpack(b) received extra data.')
    return _whole(restored)


# --- trees -----------------------------------------------------------------------------------------------------------
def to_state_dict(target):
    if isinstance(target, dict):
        return {k: to_state_dict(v) for k, v in target.items()}
    if isinstance(target, (list, tuple)):
        return {str(n): to_state_dict(v) for n, v in enumerate(target)}
    return target


def from_state_dict(target, state, name='.'):
    if isinstance(target, dict):
        missing = [k for k in target if k not in state]
        if missing:
            raise ValueError(f'The target dict keys and state dict keys do not match, target dict contains keys '
                             f'{missing} which are not present in state dict at path {name}')
        return {k: from_state_dict(v, state[k], f'{name}/{k}') for k, v in target.items()}
    if isinstance(target, (list, tuple)):
        if len(target) != len(state):
            raise ValueError(f'The size of the list and the state dict do not match, got {len(target)} and '
                             f'{len(state)} at path {name}')
        return type(target)(from_state_dict(v, state[str(n)], f'{name}/{n}') for n, v in enumerate(target))
    return state


def to_bytes(target):
    return msgpack_serialize(to_state_dict(target))


def from_bytes(target, encoded_bytes):
    return from_state_dict(target, msgpack_restore(encoded_bytes))
