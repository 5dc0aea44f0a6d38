#!/usr/bin/python3
"""Writes golden/ops/<op>/<case>/graph.json: one small graph for each way in which an op goes wrong when ported to Flax.

    python3 golden/ops/make_cases.py                          # writes the graphs; needs nothing but Python
    /usr/bin/python3 golden/ops/make_cases.py --check         # also runs each graph in real PyTorch, in float64
    /usr/bin/python3 golden/ops/make_cases.py --check DIR     # and keeps inputs, parameters and outputs, as .npy

The graphs are data: arguments stand in the order of ATen's schemas, shapes in PyTorch's axis order. `cases.py` lists
them. Folders that no case names any more are reported, not deleted.
"""
import argparse
import json
import os
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402

WIDTH = 110


def text(value, indent=0):
    """JSON with two spaces a level; what fits on one line stands on one line."""
    flat = json.dumps(value)
    if indent and len(flat) + indent <= WIDTH or not value or not isinstance(value, (dict, list)):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{inner}{json.dumps(key)}: {text(item, indent + 2)}" for key, item in value.items()]
    else:
        rows = [inner + text(item, indent + 2) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(rows) + "\n" + " " * indent + closing


def run(case, directory):
    """Executes the graph as ATen states it, in float64, with seeded parameters, and refuses an output without news."""
    import numpy
    import torch

    graph = case.graph()
    generator = torch.Generator().manual_seed(zlib.crc32(case.name.encode()))
    values, arrays = {}, {}
    for port in graph["inputs"]:
        values[port["name"]] = torch.randn(port["shape"], generator=generator, dtype=torch.float32).double()
        arrays["input." + port["name"]] = values[port["name"]].float()
    for parameter in graph["parameters"]:
        name = parameter["name"]
        drawn = torch.randn(parameter["shape"], generator=generator, dtype=torch.float32)
        if name.endswith("running_var"):
            drawn = drawn.abs() + 0.5
        values[name], arrays["parameter." + name] = drawn.double(), drawn

    def read(argument):
        if isinstance(argument, dict):
            return values[argument["value"]]
        return [read(item) for item in argument] if isinstance(argument, list) else argument

    for call in graph["calls"]:
        function = getattr(torch.ops.aten, call["target"].removeprefix("aten::"))
        keywords = {key: read(item) for key, item in call.get("keywords", {}).items()}
        result = function(*[read(argument) for argument in call["arguments"]], **keywords)
        (values[call["results"][0]],) = (result,)
    for port in graph["outputs"]:
        output = values[port["value"]]
        if not torch.isfinite(output).all() or output.std() < 1e-6:
            raise SystemExit(f"{case.name}: output {port['name']} says nothing")
        arrays["output." + port["name"]] = output.contiguous()
    if directory:
        folder = os.path.join(directory, case.name)
        os.makedirs(folder, exist_ok=True)
        for name, array in arrays.items():
            numpy.save(os.path.join(folder, name + ".npy"), array.numpy())


def main():
    """Reads the command line and writes every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", nargs="?", const="", metavar="DIR", help="run each graph in PyTorch; keep in DIR")
    arguments = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    written = set()
    for case in cases.all_cases():
        path = os.path.join(here, case.name, "graph.json")
        if path in written:
            raise SystemExit(f"{case.name}: stands twice")
        written.add(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text(case.graph()) + "\n")
        if arguments.check is not None:
            run(case, arguments.check)
    for folder, _, files in os.walk(here):
        if "graph.json" in files and os.path.join(folder, "graph.json") not in written:
            print("no case makes", os.path.relpath(folder, here))
    print(len(written), "cases")


if __name__ == "__main__":
    main()
