"""python check.py [--taps] [FOLDER]: the drift from golden.npz.

Exit code 1 beyond the limit, in float64 or in float32. FOLDER holds other parameters
and another golden.npz. --taps compares layer by layer and names the first bad one.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_ENABLE_X64", "1")
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from flax.traverse_util import flatten_dict  # noqa: E402

from load import HERE, load  # noqa: E402


def scaled(found, wanted):
    """The largest difference beside the largest value; infinite for another shape."""
    found = np.asarray(found)
    if found.shape != wanted.shape:
        return np.inf
    if wanted.dtype.kind != "f":
        return 0.0 if np.array_equal(found, wanted) else np.inf
    found = found.astype(np.float64)
    finite = np.isfinite(wanted)
    if not np.array_equal(found[~finite], wanted[~finite], equal_nan=True):
        return np.inf
    if not finite.any():
        return 0.0
    # max() would pass over NaN.
    if not np.isfinite(found[finite]).all():
        return np.inf
    error = np.abs(found[finite] - wanted[finite]).max()
    scale = np.abs(wanted[finite]).max()
    return float(error / scale) if scale > 0 else float(error)


def ports(golden, kind):
    """Arrays of golden.npz that are called `kind.number.name`, in order."""
    names = [k for k in golden.files if k.split(".")[0] == kind]
    return [golden[k] for k in sorted(names, key=lambda k: int(k.split(".")[1]))]


def run(folder, dtype, inputs, taps):
    """The outputs in order, and what each layer gave by its path."""
    model, variables = load(folder / "params.msgpack", dtype)
    if not taps:
        return jax.tree.leaves(model.apply(variables, *inputs)), {}
    outputs, state = model.apply(
        variables, *inputs, capture_intermediates=True, mutable=["intermediates"]
    )
    found = {}
    for path, calls in flatten_dict(state["intermediates"], sep=".").items():
        found[path.removesuffix(".__call__")] = calls
    return jax.tree.leaves(outputs), found


def check(folder, golden, dtype, limit):
    inputs = [
        jnp.asarray(x, dtype if x.dtype.kind == "f" else None)
        for x in ports(golden, "input")
    ]
    with jax.default_matmul_precision("highest"):
        outputs, _ = run(folder, dtype, inputs, taps=False)
    drift = 0.0
    wanted = ports(golden, "output")
    if len(outputs) != len(wanted):
        drift = np.inf
    for found, want in zip(outputs, wanted):
        # What is counted or compared may turn on one rounding.
        if want.dtype.kind == "f" or dtype == jnp.float64:
            drift = max(drift, scaled(found, want))
    good = drift <= limit
    print(
        f"{'ok  ' if good else 'FAIL'} TheModel {np.dtype(dtype).name}: "
        f"scaled drift {drift:.2e}, limit {limit:.0e}"
    )
    return good


def check_taps(folder, golden, limit):
    inputs = [
        jnp.asarray(x, jnp.float64 if x.dtype.kind == "f" else None)
        for x in ports(golden, "input")
    ]
    with jax.default_matmul_precision("highest"):
        _, taps = run(folder, jnp.float64, inputs, taps=True)
    good = True
    for key in golden.files:
        if not key.startswith("tap.at."):
            continue
        name = key[len("tap.at.") :]
        path, call = name.rsplit(":", 1)
        wanted, l2 = golden["tap.values." + name], golden["tap.l2." + name]
        found = np.asarray(taps.get(path, [])[int(call)], np.float64).ravel()
        scale = np.abs(wanted).max() or 1.0
        drifts = [
            np.abs(found[golden[key]] - wanted).max() / scale,
            abs(np.sqrt(np.square(found).sum()) - l2) / (l2 or 1.0),
        ]
        drift = np.inf if np.isnan(drifts).any() else max(drifts)
        if not drift <= limit and good:
            print(f"FAIL the first bad layer is {path}: scaled drift {drift:.2e}")
            good = False
    count = sum(key.startswith("tap.at.") for key in golden.files)
    print(f"{'ok  ' if good else 'FAIL'} {count} calls of layers, limit {limit:.0e}")
    return good


def main():
    arguments = [one for one in sys.argv[1:] if one != "--taps"]
    folder = Path(arguments[0]) if arguments else HERE
    golden = np.load(folder / "golden.npz")
    limit64, limit32 = golden["limits"]
    good = check(folder, golden, jnp.float64, limit64)
    if "--taps" in sys.argv:
        good &= check_taps(folder, golden, max(limit64, 1e-10))
    jax.config.update("jax_enable_x64", False)
    good &= check(folder, golden, jnp.float32, limit32)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
