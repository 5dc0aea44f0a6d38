"""Runs every `{ "aten::op(%0, …)", "(2, 3); (3)", "(2, 3)" }` row of the tests beside this file in PyTorch and compares
shapes; a row that expects "refused" must fail there too. Needs PyTorch 1.13 or newer; the tests themselves do not.

usage: check_rows.py [--fill]     --fill writes what PyTorch gives where a row says "?"
"""
import pathlib
import re
import sys

import torch

ROW = re.compile(r'\{ "(aten::\w+)\(([^"]*)\)",\s+"([^"]*)", "([^"]*)" \}')


# The operands that are no floats: indices, all of them 0, and conditions.
INDICES = {"embedding": (1, ), "gather": (1, ), "index": (1, 2), "index_add": (1, ), "index_select": (1, ),
           "one_hot": (0, ), "scatter": (1, ), "scatter_add": (1, ), "take_along_dim": (1, )}
FLAGS = {"bitwise_and": (0, 1), "bitwise_not": (0, ), "bitwise_xor": (0, 1), "masked_fill": (1, ), "where": (0, )}


def run(operator, arguments, shapes):
    """The shapes PyTorch gives, as a row writes them."""
    tensors = [torch.rand(eval(s)) + 0.5 for s in shapes.split(";") if s.strip()]
    name = operator[6:]
    last = len(tensors) - 1
    for at in range(1, last) if name == "index_put" else INDICES.get(name, ()):
        if at <= last:
            tensors[at] = torch.zeros_like(tensors[at], dtype=torch.int64)
    for at in FLAGS.get(name, ()):
        tensors[at] = tensors[at] > 1
    code = re.sub(r"%(\d+)", r"x[\1]", arguments)
    call = f"torch.ops.aten.{operator[6:]}({code})"
    try:
        result = eval(call, {"torch": torch, "x": tensors})
    except (RuntimeError, IndexError) as error:
        return "refused", str(error).splitlines()[0]
    results = [result] if isinstance(result, torch.Tensor) else result
    spell = lambda r: "(" + ", ".join(map(str, r.shape)) + ")"
    return "; ".join(spell(r) for r in results), ""


def main():
    bad = rows = 0
    for path in sorted(pathlib.Path(__file__).parent.glob("*Tests.cs")):
        text = path.read_text(encoding="utf-8")
        for row in ROW.finditer(text):
            rows += 1
            if not hasattr(torch.ops.aten, row[1][6:]):
                print(f"{path.name}: {row[0]}: this PyTorch has no {row[1]}")
                continue
            got, why = run(row[1], row[2], row[3])
            if row[4] == "?" and "--fill" in sys.argv:
                text = text.replace(row[0], row[0].replace('"?" }', f'"{got}" }}'), 1)
                if why:
                    print(f"{path.name}: {row[0]}: {why}")
            # What an operator saves for training is no result of ours.
            elif got != row[4] and not got.startswith(row[4] + "; "):
                bad += 1
                print(f"{path.name}: {row[0]}: PyTorch gives {got} {why}")
        if "--fill" in sys.argv:
            path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{rows} rows, {bad} differ")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
