"""Cases of ops on integers and Booleans. They are made of floats by casts, after a factor that is a power of two: no
precision rounds it, so that every precision makes the same integers."""
from case import Case, one

UINT8, INT8, INT32, INT64, FLOAT32, FLOAT64, BOOL = 0, 1, 3, 4, 6, 7, 11


def whole(c, x, dtype=INT64):
    """Integers between -16 and 16 where x lies in [-1, 1)."""
    return c.call("whole", "to", c.call("", "mul", x, 16.0), dtype)


def flags(c, x):
    """Where x is above zero."""
    return c.call("flags", "to", c.call("", "relu", x), BOOL)


def casts():
    """Floats are cut off towards zero, what is not zero is true, integers wrap around and become floats again."""
    yield one("to", "int64_of_floats", whole, 2, 3, 7, 5)
    yield one("to", "int32_of_floats", lambda c, x: whole(c, x, INT32), 3, 17)
    yield one("to", "uint8_of_floats", lambda c, x: whole(c, c.call("", "abs", x), UINT8), 2, 3, 7, 5)
    yield one("to", "uint8_of_floats_of_both_signs", lambda c, x: whole(c, x, UINT8), 2, 3, 7, 5)
    yield one("to", "bool_of_floats", flags, 2, 3, 7, 5)
    yield one("to", "bool_of_integers",
              lambda c, x: c.call("", "to", whole(c, c.call("", "mul", x, 0.25)), BOOL), 3, 17)
    yield one("to", "int32_of_int64", lambda c, x: c.call("", "to", whole(c, x), INT32), 2, 5, 7)
    yield one("to", "int64_of_bool", lambda c, x: c.call("", "to", flags(c, x), INT64), 2, 5, 7)
    yield one("to", "floats_of_integers", lambda c, x: c.call("", "to", whole(c, x), FLOAT32), 2, 3, 7, 5)
    yield one("to", "integers_before_conv",
              lambda c, x: c.conv(c.call("", "to", whole(c, x), FLOAT32), 3, 4, (2, 3)), 2, 3, 7, 5)
    yield one("type_as", "floats_of_integers", lambda c, x: c.call("", "type_as", whole(c, x), x), 2, 3, 7, 5)
    yield one("type_as", "integers_of_floats",
              lambda c, x: c.call("", "type_as", c.call("", "mul", x, 8.0), whole(c, x)), 2, 3, 7, 5)


def arithmetic():
    """Arithmetic that stays in integers, promotes Booleans, and leaves integers for floats only where PyTorch does."""
    def row(op, title, build, *shape):
        return one(op, title, build, *(shape or (2, 3, 7, 5)))

    yield row("abs", "integers", lambda c, x: c.call("", "abs", whole(c, x)))
    yield row("neg", "integers", lambda c, x: c.call("", "neg", whole(c, x)))
    yield row("relu", "integers", lambda c, x: c.call("", "relu", whole(c, x)))
    yield row("relu", "int32", lambda c, x: c.call("", "relu", whole(c, x, INT32)))
    yield row("relu", "int8", lambda c, x: c.call("", "relu", whole(c, x, INT8)))
    yield row("hardtanh", "integers", lambda c, x: c.call("", "hardtanh", whole(c, x), -5, 9))
    yield row("add", "integers_and_flags", lambda c, x: c.call("", "add", whole(c, x), flags(c, x), alpha=3))
    yield row("add", "flags", lambda c, x: c.call("", "add", flags(c, x), flags(c, x)))  # two of them are true, not 2
    yield row("sub", "integers_and_int32", lambda c, x: c.call("", "sub", whole(c, x), whole(c, x, INT32), alpha=2))
    yield row("rsub", "integers", lambda c, x: c.call("", "rsub", whole(c, x), 5))
    yield row("mul", "integers", lambda c, x: c.call("", "mul", whole(c, x), -3))
    yield row("mul", "integers_and_floats", lambda c, x: c.call("", "mul", whole(c, x), x))
    yield row("div", "integers", lambda c, x: c.call("", "div", whole(c, x), 3))
    yield row("sum", "integers", lambda c, x: c.call("", "sum", whole(c, x), [1, 3]))
    yield row("sum", "large_integers",  # of more than 32 bits
              lambda c, x: c.call("", "sum", c.call("", "mul", whole(c, x), 987654321), [1, 3]))
    yield row("sum", "flags", lambda c, x: c.call("", "sum", flags(c, x), [1], True))
    yield row("dropout", "integers_not_in_training", lambda c, x: c.call("", "dropout", whole(c, x), 0.5, False))


def moves():
    """Integers in other places: what moves elements moves eight bytes, or one, as well as four."""
    def row(op, title, *arguments, of=whole, shape=(2, 3, 7, 5)):
        return one(op, title, lambda c, x: c.call("", op, of(c, x), *arguments), *shape)

    yield row("permute", "integers", [0, 2, 3, 1])
    yield row("permute", "flags", [0, 3, 1, 2], of=flags)
    yield row("transpose", "integers", 1, 3)
    yield one("permute", "t_of_integers", lambda c, x: c.call("", "t", whole(c, x)), 3, 17)
    yield row("reshape", "integers", [2, 21, 5])
    yield row("flatten", "integers", 1)
    yield row("unflatten", "integers", 2, [5, 3], shape=(2, 4, 15))
    yield row("squeeze", "integers", 1, shape=(3, 1, 7))
    yield row("unsqueeze", "integers", 2)
    yield row("movedim", "integers", 1, -1)
    yield row("roll", "integers", [2, -1], [2, 3])
    yield row("repeat", "flags", [2, 1, 3, 1], of=flags)
    yield row("expand", "integers", [4, 3, 5], shape=(3, 1))
    yield row("select", "integers", 1, 2)
    yield row("slice", "integers", 2, 1, 6, 2)
    yield row("slice", "flags", 3, 1, 4, of=flags)
    yield row("pad", "integers", [1, 2, 0, 1], "constant", 7.0)
    yield one("cat", "integers_and_flags", lambda c, x: c.call("", "cat", [whole(c, x), flags(c, x)], 1), 2, 3, 7, 5)

    yield one("stack", "integers_and_flags", lambda c, x: c.call("", "stack", [whole(c, x), flags(c, x)], 2), 2, 3, 7, 5)

    case = Case("unbind/integers")
    x = whole(case, case.input(2, 3, 4, 3))
    yield case.output(*case.several(3, "", "unbind", x, 1))

    case = Case("split/integers")
    x = whole(case, case.input(2, 7, 4, 3))
    yield case.output(*case.several(3, "", "split", x, 3, 1))
