"""safetensors.numpy: a header of JSON, then the arrays; bfloat16 comes as an array of jax, since numpy has no such."""
import json
import struct

import numpy as np

from jax import lax
from jax import numpy as jnp
from jax._core import BF16

TYPES = {'F64': 'float64', 'F32': 'float32', 'F16': 'float16', 'BF16': 'uint16', 'I64': 'int64', 'I32': 'int32',
         'I16': 'int16', 'I8': 'int8', 'U64': 'uint64', 'U32': 'uint32', 'U16': 'uint16', 'U8': 'uint8', 'BOOL': 'bool'}
NAMES = {numpy: name for name, numpy in TYPES.items() if name != 'BF16'}


class SafetensorError(Exception):
    pass


def load(data):
    if len(data) < 8 or 8 + struct.unpack('<Q', data[:8])[0] > len(data):
        raise SafetensorError('Error while deserializing header: header too large')
    start = 8 + struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:start])
    header.pop('__metadata__', None)
    out = {}
    for name, entry in header.items():
        first, last = entry['data_offsets']
        a = np.frombuffer(data[start + first:start + last], TYPES[entry['dtype']]).reshape(entry['shape'])
        out[name] = lax.bitcast_convert_type(jnp.asarray(a), jnp.bfloat16) if entry['dtype'] == 'BF16' else a
    return out


def load_file(filename):
    with open(filename, 'rb') as file:
        return load(file.read())


def save(tensor_dict, metadata=None):
    header, parts, at = {} if metadata is None else {'__metadata__': metadata}, [], 0
    for name, a in sorted(tensor_dict.items()):
        is_half = a.dtype is BF16
        raw = np.ascontiguousarray(lax.bitcast_convert_type(a, jnp.uint16) if is_half else a).tobytes()
        header[name] = {'dtype': 'BF16' if is_half else NAMES[a.dtype.name], 'shape': list(a.shape),
                        'data_offsets': [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + b''.join(parts)


def save_file(tensor_dict, filename, metadata=None):
    with open(filename, 'wb') as file:
        file.write(save(tensor_dict, metadata))
