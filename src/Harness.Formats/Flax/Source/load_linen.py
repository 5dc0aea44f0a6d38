"""Loads params.msgpack and refuses anything but an exact match of names and shapes."""

from pathlib import Path

import jax
import jax.numpy as jnp
from flax import serialization
from flax.traverse_util import flatten_dict, unflatten_dict

from model import TheModel

HERE = Path(__file__).parent
INPUTS = ()
# Parameters that are not stored as the model declares them.
TYPES = {}


def load(path=HERE / "params.msgpack", dtype=None):
    """The model and its variables; `dtype` widens or narrows real numbers on purpose."""
    have = flatten_dict(serialization.msgpack_restore(Path(path).read_bytes()), sep="/")
    model = TheModel()
    init = jax.eval_shape(model.init, jax.random.key(0), *INPUTS)
    want = flatten_dict(init, sep="/")
    wrong = [f"missing in the file: {k}" for k in sorted(want.keys() - have.keys())]
    wrong += [f"not in the model: {k}" for k in sorted(have.keys() - want.keys())]
    for k in sorted(have.keys() & want.keys()):
        shape, kind = tuple(want[k].shape), TYPES.get(k, str(want[k].dtype))
        if tuple(have[k].shape) != shape or str(have[k].dtype) != kind:
            found = f"{have[k].dtype}{list(have[k].shape)}"
            wrong.append(f"{k}: the file has {found}, the model {kind}{list(shape)}")
    if wrong:
        raise ValueError("\n".join(wrong))
    for k, v in have.items():
        real = jnp.issubdtype(v.dtype, jnp.floating)
        have[k] = jnp.asarray(v, dtype if real else None)
    return model, unflatten_dict(have, sep="/")
