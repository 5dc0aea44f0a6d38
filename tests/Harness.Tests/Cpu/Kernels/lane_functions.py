"""Writes lane-functions.txt: arguments of the functions over lanes and their results to 140 bits, as a double and what
it is off by, rounded to another. Needs mpmath; the tests do not.

    python3 tests/Harness.Tests/Cpu/Kernels/lane_functions.py
"""
import os
import random
import struct

import mpmath as m

m.mp.prec = 200
COUNT = 24


def exponents(low, high):
    """Of any exponent in between, of both signs."""
    return lambda r: r.choice((-1, 1)) * r.uniform(1, 2) * 2.0 ** r.randint(low, high)


def positive(low, high):
    """The same above 0."""
    return lambda r: abs(exponents(low, high)(r))


def between(low, high):
    """Evenly."""
    return lambda r: r.uniform(low, high)


# What is asked of each, and of float32: evenly where they turn, by exponent over the whole range.
EVERY, EVERY_SINGLE = exponents(-1070, 1022), exponents(-146, 126)
FUNCTIONS = {
    "Sin": (m.sin, between(-20, 20), EVERY, EVERY_SINGLE),
    "Cos": (m.cos, between(-20, 20), EVERY, EVERY_SINGLE),
    "Tan": (m.tan, between(-20, 20), EVERY, EVERY_SINGLE),
    "Asin": (m.asin, between(-1, 1), exponents(-1070, -1), exponents(-146, -1)),
    "Acos": (m.acos, between(-1, 1), exponents(-60, -1), exponents(-30, -1)),
    "Atan": (m.atan, between(-4, 4), EVERY, EVERY_SINGLE),
    "Sinh": (m.sinh, between(-60, 60), exponents(-1070, 8), exponents(-146, 5)),
    "Cosh": (m.cosh, between(-60, 60), exponents(-30, 8), exponents(-30, 5)),
    "Asinh": (m.asinh, between(-4, 4), EVERY, EVERY_SINGLE),
    "Acosh": (m.acosh, between(1, 4), positive(0, 1022), positive(0, 126)),
    "Atanh": (m.atanh, between(-1, 1), exponents(-1070, -1), exponents(-146, -1)),
    "Log2": (lambda x: m.log(x) / m.log(2), between(0.5, 2), positive(-1070, 1022), positive(-146, 126)),
    "Log10": (lambda x: m.log(x) / m.log(10), between(0.5, 2), positive(-1070, 1022), positive(-146, 126)),
    "Exp2": (lambda x: m.mpf(2) ** x, between(-120, 120), exponents(-60, 9), exponents(-30, 6)),
    "Erfc": (m.erfc, between(-3, 9), exponents(-60, 3), exponents(-30, 2)),
    "Lgamma": (m.loggamma, between(0, 12), positive(-60, 300), positive(-30, 100)),
    "Erfinv": (m.erfinv, between(-1, 1), exponents(-60, -1), exponents(-30, -1)),
}


def bits(value):
    """A double in hexadecimal."""
    return struct.pack(">d", value).hex()


def single(value):
    """The nearest float32."""
    return struct.unpack("f", struct.pack("f", value))[0]


def main():
    """Writes the table beside this file."""
    rows = []
    draw = random.Random(11)
    for name, (function, near, wide, narrow) in FUNCTIONS.items():
        for number in range(2 * COUNT):
            if number < COUNT:
                x, kind = (near if number % 2 else wide)(draw), "64"
            else:
                x, kind = single((near if number % 2 else narrow)(draw)), "32"
            exact = function(m.mpf(x))
            high = float(exact)
            rows.append(f"{name} {kind} {bits(x)} {bits(high)} {bits(float(exact - m.mpf(high)))}")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lane-functions.txt")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
