#!/usr/bin/python3
"""Writes golden/models/<name>/model.pt, the traced TorchScript models that Harness gates its own build with.

Needs PyTorch 1.13 and torchvision 0.14, which Debian 12 has as packages:

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 golden/models/make_models.py                    # all models, from the repository's root
    /usr/bin/python3 golden/models/make_models.py vgg_small          # one model
    /usr/bin/python3 golden/models/make_models.py --check DIR        # and inputs with float64 outputs, as .npy, in DIR

Nothing else in this repository needs Python: the models are committed. Seeds are fixed, and each model is traced in
a process of its own (TorchScript numbers repeated class names across a process), so the same PyTorch writes the same
bytes again.
"""
import argparse
import os
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import numpy
import torch

LARGEST = 5 << 20
HERE = os.path.relpath(os.path.dirname(os.path.abspath(__file__)))


def load_architectures():
    """Imports architectures.py under a relative name: TorchScript stores the file name of each traced line, and an
    absolute one would make the bytes depend on where the repository lies."""
    file = "golden/models/architectures.py"
    module = types.ModuleType("architectures")
    with open(os.path.join(HERE, "architectures.py"), encoding="utf-8") as source:
        exec(compile(source.read(), file, "exec"), module.__dict__)
    return module


def named(output, prefix=""):
    """Flattens tuples and dictionaries of outputs into (name, tensor) pairs."""
    if isinstance(output, torch.Tensor):
        return [(prefix or "0", output)]
    items = output.items() if isinstance(output, dict) else enumerate(output)
    return [pair for key, value in items for pair in named(value, f"{prefix}.{key}" if prefix else str(key))]


def write(name, module, inputs, path, check):
    """Traces one model and, where asked, runs the very file in double precision."""
    # On a thread of its own, because the stack is stored too, and this script's frames have absolute file names.
    with ThreadPoolExecutor(max_workers=1) as thread:
        traced = thread.submit(torch.jit.trace, module, tuple(inputs), strict=False).result()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    torch.jit.save(traced, path)
    if os.path.getsize(path) > LARGEST:
        raise SystemExit(f"{name}: {os.path.getsize(path)} bytes, more than {LARGEST}")

    loaded = torch.jit.load(path).to(torch.float64)
    with torch.no_grad():
        outputs = named(loaded(*[tensor.double() for tensor in inputs]))
        direct = named(module.double()(*[tensor.double() for tensor in inputs]))
    for (key, output), (_, expected) in zip(outputs, direct):
        difference = (output - expected).abs().max().item()
        spread = output.std().item()
        if difference > 1e-12 or not 1e-4 < spread < 1e4:
            raise SystemExit(f"{name} {key}: file and module differ by {difference}, spread {spread}")
        if output.shape[0] > 1 and torch.allclose(output[0], output[1], rtol=1e-3, atol=1e-4):
            raise SystemExit(f"{name} {key}: the output does not depend on the input")
    if check:
        directory = os.path.join(check, name)
        os.makedirs(directory, exist_ok=True)
        for i, tensor in enumerate(inputs):
            numpy.save(os.path.join(directory, f"input.{i}.npy" if len(inputs) > 1 else "input.npy"), tensor.numpy())
        for key, output in outputs:
            file = "output_f64.npy" if len(outputs) == 1 else f"output_f64.{key}.npy"
            numpy.save(os.path.join(directory, file), output.contiguous().numpy())
    print(f"{name}: {os.path.getsize(path)} bytes, inputs {[list(t.shape) for t in inputs]}, outputs",
          {key: list(output.shape) for key, output in outputs}, flush=True)


def main():
    """Reads the command line; without names, starts one process a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="models to write; all without any")
    parser.add_argument("--check", metavar="DIR", help="also write inputs and float64 outputs there")
    arguments = parser.parse_args()
    architectures = load_architectures()
    if len(arguments.names) == 1:
        name = arguments.names[0]
        module, inputs = architectures.make(name)
        write(name, module, inputs, os.path.join(HERE, name, "model.pt"), arguments.check)
        return
    for name in arguments.names or architectures.MODELS:
        script = os.path.join(HERE, os.path.basename(__file__))
        more = ["--check", arguments.check] if arguments.check else []
        subprocess.run([sys.executable, script, name, *more], check=True)


if __name__ == "__main__":
    main()
