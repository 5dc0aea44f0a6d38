#!/usr/bin/python3
"""Writes golden/ops/<op>/<case>/graph.json: one small graph for each way in which an op goes wrong when ported to Flax.

    python3 golden/ops/make_cases.py                          # writes the graphs; needs nothing but Python
    /usr/bin/python3 golden/ops/make_cases.py --check         # also runs each graph in real PyTorch, in float64
    /usr/bin/python3 golden/ops/make_cases.py --check DIR     # and keeps inputs, parameters and outputs, as .npy
    /usr/bin/python3 golden/ops/make_cases.py --vectors tests/Harness.Tests/Naive/pytorch.json

The last line writes what real PyTorch computes, for the tests' own oracle: of each output the shape and three sums
over its elements times seeded numbers, which no misplaced element survives.

The graphs are data: arguments stand in the order of ATen's schemas, shapes in PyTorch's axis order. `cases.py` lists
them. Folders that no case names any more are reported, not deleted.
"""
import argparse
import json
import math
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
import integers  # noqa: E402

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


def seeded(seed, shape):
    """The numbers that `NaiveTensor.Random` of the tests draws: SplitMix64, the upper 24 bits, in [-1, 1)."""
    import numpy

    mask, state, drawn = (1 << 64) - 1, seed, []
    for _ in range(math.prod(shape)):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        drawn.append(((z ^ (z >> 31)) >> 40) * 2.0 / (1 << 24) - 1)
    return numpy.array(drawn).reshape(shape)


def attention(query, key, value, mask=None, dropout=0.0, causal=False, scale=None, enable_gqa=False):
    """scaled_dot_product_attention as PyTorch documents it, which 1.13 lacks; a query that sees nothing gives zeros."""
    import torch

    if enable_gqa:
        key = key.repeat_interleave(query.size(-3) // key.size(-3), -3)
        value = value.repeat_interleave(query.size(-3) // value.size(-3), -3)
    scores = query @ key.transpose(-2, -1) * (1 / math.sqrt(query.size(-1)) if scale is None else scale)
    hidden = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        hidden |= ~torch.ones_like(scores, dtype=torch.bool).tril()
    if mask is not None and mask.dtype == torch.bool:
        hidden |= ~mask
    elif mask is not None:
        scores = scores + mask
    return scores.masked_fill(hidden, -math.inf).softmax(-1).masked_fill(hidden, 0.0) @ value


def rms_norm(x, normalized_shape, weight=None, eps=None):
    """rms_norm as PyTorch documents it, which 1.13 lacks."""
    import torch

    axes = list(range(-len(normalized_shape), 0))
    y = x * (x.square().mean(axes, keepdim=True) + (torch.finfo(x.dtype).eps if eps is None else eps)).rsqrt()
    return y if weight is None else y * weight


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """cosine_similarity as PyTorch documents it; 1.13 limits the product of both norms."""
    import torch

    x1, x2 = torch.broadcast_tensors(x1, x2)
    units = [x / x.norm(dim=dim, keepdim=True).clamp_min(eps) for x in (x1, x2)]
    return (units[0] * units[1]).sum(dim)


def linspace(start, end, steps, dtype=None):
    """linspace between tensors, which 1.13 lacks."""
    import torch

    return torch.linspace(float(start), float(end), steps)


def pad_circular(x, pad):
    """_pad_circular of a tensor with or without a batch, which 1.13 demands."""
    import torch

    if x.dim() == len(pad) // 2 + 2:
        return torch.ops.aten._pad_circular(x, pad)
    return torch.ops.aten._pad_circular(x[None], pad)[0]


def function_of(target):
    """What computes an operator in PyTorch, or in torchvision."""
    import torch

    later = {"scaled_dot_product_attention": attention, "rms_norm": rms_norm,
             "cosine_similarity": cosine_similarity, "linspace": linspace, "_pad_circular": pad_circular}
    namespace, name = target.split("::")
    if namespace == "torchvision":
        import torchvision  # noqa: F401
    return later.get(name) or getattr(getattr(torch.ops, namespace), name)


def run(case, directory):
    """Executes the graph as ATen states it, in float64, with seeded values, and refuses an output without news.
    Returns (name, shape, three weighted sums) of each output."""
    import numpy
    import torch

    # What integers become where an op gives floats, as a division does.
    torch.set_default_dtype(torch.float64)
    graph, values, arrays = case.graph(), {}, {}
    for seed, source in enumerate(graph["inputs"] + graph["parameters"], start=1):
        drawn = seeded(seed, source["shape"])
        if source["name"].endswith("running_var"):
            drawn = abs(drawn) + 0.5
        values[source["name"]] = torch.from_numpy(drawn)
        kind = "input." if source in graph["inputs"] else "parameter."
        arrays[kind + source["name"]] = drawn.astype(numpy.float32)

    def read(argument):
        if isinstance(argument, dict):
            return float(argument["float"]) if "float" in argument else values[argument["value"]]
        return [read(item) for item in argument] if isinstance(argument, list) else argument

    for call in graph["calls"]:
        function = function_of(call["target"])
        if call["target"] == "aten::to" and call["arguments"][1] == integers.FLOAT32:
            # Floats follow the precision of the run, which is float64 here.
            call = {**call, "arguments": [call["arguments"][0], integers.FLOAT64]}
        keywords = {key: read(item) for key, item in call.get("keywords", {}).items()}
        arguments = [read(argument) for argument in call["arguments"]]
        try:
            results = function(*arguments, **keywords)
        except RuntimeError as error:
            if "to Tensor" not in str(error):
                raise
            # Python's binding wraps a number only where an overload has one; a tensor without axes promotes alike.
            results = function(*[torch.tensor(item) if isinstance(item, (int, float)) else item
                                 for item in arguments], **keywords)
        values.update(zip(call["results"], results if isinstance(results, (list, tuple)) else [results]))
    sums = []
    for port in graph["outputs"]:
        # Booleans count as 0 and 1, and integers here are small enough for doubles.
        output = values[port["value"]].contiguous().numpy().astype(numpy.float64)
        if not numpy.isfinite(output).all() or output.std() < 1e-6:
            raise SystemExit(f"{case.name}: output {port['name']} says nothing")
        arrays["output." + port["name"]] = output
        weighted = [float((output * seeded(seed, output.shape)).sum()) for seed in (101, 102, 103)]
        sums.append({"name": port["name"], "shape": list(output.shape), "sums": weighted})
    if directory:
        folder = os.path.join(directory, case.name)
        os.makedirs(folder, exist_ok=True)
        for name, array in arrays.items():
            numpy.save(os.path.join(folder, name + ".npy"), array)
    return sums


def main():
    """Reads the command line and writes every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", nargs="?", const="", metavar="DIR", help="run each graph in PyTorch; keep in DIR")
    parser.add_argument("--vectors", metavar="FILE", help="write what PyTorch computes, for the tests' oracle")
    arguments = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    written, vectors = set(), {}
    for case in cases.all_cases():
        path = os.path.join(here, case.name, "graph.json")
        if path in written:
            raise SystemExit(f"{case.name}: stands twice")
        written.add(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text(case.graph()) + "\n")
        if arguments.check is not None or arguments.vectors:
            vectors[case.name] = run(case, arguments.check)
    if arguments.vectors:
        with open(arguments.vectors, "w", encoding="utf-8", newline="\n") as file:
            file.write(text(vectors) + "\n")
    for folder, _, files in os.walk(here):
        if "graph.json" in files and os.path.join(folder, "graph.json") not in written:
            print("no case makes", os.path.relpath(folder, here))
    print(len(written), "cases")


if __name__ == "__main__":
    main()
