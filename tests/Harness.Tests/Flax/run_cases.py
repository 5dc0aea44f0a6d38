"""python run_cases.py [--limit L] LIST: runs exported folders one after another.

A line of LIST names a folder as `harness export` writes it: model.py, load.py, its
parameters and golden.npz. Prints a line for each that fails, and how many held. What
is imported as jax and flax is whatever Python finds: the real ones, or the stand-in.
"""

import importlib
import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_ENABLE_X64", "1")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402


def difference(found, wanted, limit):
    """Why an array is not the one that is wanted; None where it is.

    Reals scaled by the largest of them, integers and Booleans exactly.
    """
    found = np.asarray(found)
    if found.shape != wanted.shape:
        return f"shape {found.shape}, expected {wanted.shape}"
    kinds = [{"u": "i"}.get(a.dtype.kind, a.dtype.kind) for a in (found, wanted)]
    if kinds[0] != kinds[1]:
        return f"{found.dtype}, expected {wanted.dtype}"
    if wanted.dtype.kind != "f":
        return None if np.array_equal(found, wanted) else "other integers"
    if found.dtype != np.float64:
        return f"{found.dtype}, expected float64"
    finite = np.isfinite(wanted)
    if not np.array_equal(found[~finite], wanted[~finite], equal_nan=True):
        return "other NaN or infinities"
    if not finite.any():
        return None
    error = np.abs(found[finite] - wanted[finite]).max()
    scale = np.abs(wanted[finite]).max()
    drift = error / scale if scale > 0 else error
    return None if drift <= limit else f"scaled drift {drift:.1e}"


def ports(golden, kind):
    """Arrays of golden.npz that are called `kind.number.name`, in order."""
    names = [k for k in golden.files if k.split(".")[0] == kind]
    return [golden[k] for k in sorted(names, key=lambda k: int(k.split(".")[1]))]


def fresh(folder):
    """The folder's load.py; each folder has a model.py of its own."""
    for name in ("model", "load"):
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("load")
    finally:
        sys.path.pop(0)


def run(folder, limit):
    """Why a folder does not hold; None where it does."""
    golden = np.load(folder / "golden.npz")
    inputs = [
        jnp.asarray(x, jnp.float64 if x.dtype.kind == "f" else None)
        for x in ports(golden, "input")
    ]
    loaded = fresh(folder).load(dtype=jnp.float64)
    if isinstance(loaded, tuple):
        model, variables = loaded
        outputs = model.apply(variables, *inputs)
    else:
        outputs = loaded(*inputs)
    outputs, wanted = jax.tree.leaves(outputs), ports(golden, "output")
    if len(outputs) != len(wanted):
        return f"{len(outputs)} outputs, expected {len(wanted)}"
    for i, (found, want) in enumerate(zip(outputs, wanted)):
        if why := difference(found, want, limit):
            return f"output {i}: {why}"
    return None


def place(error, folder):
    """The line of the folder's own file in which an error was raised."""
    at, frames = "", error.__traceback__
    while frames:
        file = Path(frames.tb_frame.f_code.co_filename)
        if file.parent == folder:
            at = f" ({file.name} line {frames.tb_lineno})"
        frames = frames.tb_next
    return at


def main():
    arguments = sys.argv[1:]
    limit = 1e-12
    if arguments[0] == "--limit":
        limit, arguments = float(arguments[1]), arguments[2:]
    held = failed = 0
    for line in Path(arguments[0]).read_text().splitlines():
        folder = Path(line).resolve()
        try:
            why = run(folder, limit)
        except Exception as error:
            why = f"{type(error).__name__}: {str(error)[:300]}{place(error, folder)}"
        if why:
            failed += 1
            print(f"{line}: {why}", flush=True)
        else:
            held += 1
    print(f"{held} held, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
