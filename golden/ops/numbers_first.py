"""Cases of numbers where an operator's schema has tensors: as exporters write 2 - x. A number promotes as such: it raises
the category of the result (integers become floats beside 0.5), never the width of one."""
from case import one
from integers import INT32, UINT8, flags, whole


def numbers():
    """A number first, on what lies channels last and on integers of several widths."""
    def row(op, title, *arguments, **keywords):
        """The op of a convolution's result, which stands where arguments have None."""
        def build(c, x):
            y = c.conv(x, 3, 4, (2, 3))
            return c.call("", op, *[y if item is None else item for item in arguments], **keywords)
        return one(op, title, build, 2, 3, 7, 6)

    yield row("sub", "number_first", 19, None)
    yield row("sub", "number_first_alpha", 1.5, None, alpha=2)
    yield row("add", "number_first_alpha", 2, None, alpha=0.25)
    yield row("mul", "number_first", 7, None)
    yield row("div", "number_first", 1, None)
    yield row("div", "number_first_floor", 2.5, None, rounding_mode="floor")
    yield row("maximum", "number", None, 0.25)
    yield row("minimum", "number_first", 0.1, None)  # no number of float32: in float64 its own double
    yield row("atan2", "number_first", -0.5, None)
    yield row("remainder", "number_first", 3, None)
    yield row("fmod", "number_first", -3, None)

    yield one("sub", "number_first_int32", lambda c, x: c.call("", "sub", 7, whole(c, x, INT32)), 2, 3, 5, 4)
    yield one("mul", "number_first_uint8",  # wraps around: the number makes it no wider
              lambda c, x: c.call("", "mul", 37, whole(c, c.call("", "abs", x), UINT8)), 2, 3, 5, 4)
    yield one("mul", "float_first_int32", lambda c, x: c.call("", "mul", 0.5, whole(c, x, INT32)), 2, 3, 5, 4)
    yield one("add", "number_first_flags", lambda c, x: c.call("", "add", 2, flags(c, x)), 2, 3, 5, 4)
    yield one("maximum", "number_of_integers", lambda c, x: c.call("", "maximum", whole(c, x), 3), 2, 3, 5, 4)
    yield one("where", "numbers_of_integers",
              lambda c, x: c.call("", "where", flags(c, x), whole(c, x, INT32), 100), 2, 3, 5, 4)
