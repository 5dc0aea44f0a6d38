"""Loads params.safetensors and refuses anything but an exact match of names and shapes."""

from pathlib import Path

import jax.numpy as jnp
from flax import nnx
from safetensors.numpy import load_file

from model import TheModel

HERE = Path(__file__).parent
# Parameters that are not stored as the model declares them.
TYPES = {}


def load(path=HERE / "params.safetensors", dtype=None):
    """The model with its weights; `dtype` widens or narrows real numbers on purpose."""
    have = load_file(path)
    abstract = nnx.eval_shape(lambda: TheModel(rngs=nnx.Rngs(0)))
    graphdef, state = nnx.split(abstract)
    want = {".".join(map(str, p)): (p, v) for p, v in nnx.to_flat_state(state)}
    wrong = [f"missing in the file: {k}" for k in sorted(want.keys() - have.keys())]
    wrong += [f"not in the model: {k}" for k in sorted(have.keys() - want.keys())]
    for k in sorted(have.keys() & want.keys()):
        v = want[k][1].get_value()
        shape, kind = tuple(v.shape), TYPES.get(k, str(v.dtype))
        if tuple(have[k].shape) != shape or str(have[k].dtype) != kind:
            found = f"{have[k].dtype}{list(have[k].shape)}"
            wrong.append(f"{k}: the file has {found}, the model {kind}{list(shape)}")
    if wrong:
        raise ValueError("\n".join(wrong))
    flat = []
    for k, (p, v) in want.items():
        real = jnp.issubdtype(have[k].dtype, jnp.floating)
        flat.append((p, v.replace(jnp.asarray(have[k], dtype if real else None))))
    return nnx.merge(graphdef, nnx.from_flat_state(flat))
