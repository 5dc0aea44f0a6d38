"""Cases of writes along one axis, and of weights of a stated length."""
from case import Case, one
from integers import INT32, whole


def order(c, x, count):
    """An order of the indices of the first row of x, cut off: none stands in it twice."""
    row = c.call("", "select", c.call("", "reshape", x, [-1, x_extent(c)]), 0, 0)
    return c.call("", "slice", c.call("", "argsort", row), 0, 0, count)


def x_extent(c):
    """The input's last extent."""
    return c.inputs[0]["shape"][-1]


def along_an_axis():
    """Whole parts of an axis replaced, in whatever order the indices come."""
    yield one("index_copy", "columns", lambda c, x: c.call("", "index_copy", c.call(
        "", "mul", x, 2.0), 1, order(c, x, 4), c.parameter("value", 3, 4)), 3, 7)
    yield one("index_copy", "channels_of_a_conv", lambda c, x: c.call("", "index_copy", c.conv(
        x, 3, 6, (2, 3)), -3, order(c, x, 3), c.parameter("value", 2, 3, 6, 4)), 2, 3, 7, 6)
    yield one("index_copy", "integers", lambda c, x: c.call("", "index_copy", whole(c, x), -1, order(
        c, x, 3), c.call("", "slice", whole(c, c.call("", "mul", x, 2.0)), 1, 0, 3)), 3, 7)
    yield one("index_fill", "columns", lambda c, x: c.call("", "index_fill", c.call(
        "", "mul", x, 2.0), 1, order(c, x, 4), 0.25), 3, 7)
    yield one("index_fill", "channels_of_a_conv", lambda c, x: c.call("", "index_fill", c.conv(
        x, 3, 6, (2, 3)), 1, order(c, x, 2), -1), 2, 3, 7, 6)
    yield one("index_fill", "int32", lambda c, x: c.call("", "index_fill", whole(c, x, INT32), 1, order(
        c, x, 4), 100), 3, 7)


def weight_norm():
    """A kernel that is scaled to a length in each part along the axis, and computed in every run."""
    def row(title, dim, of, kernel=(4, 3, 2, 3)):
        case = Case(f"_weight_norm/{title}")
        x = case.input(2, 3, 7, 6)
        weight = case.call("norm", "_weight_norm", case.parameter("v", *kernel), case.parameter("g", *of), dim)
        return case.output(case.call("conv", "conv2d", x, weight, None, [1, 1], [0, 0], [1, 1], 1))

    yield row("of_outputs", 0, (4, 1, 1, 1))
    yield row("of_inputs", 1, (1, 3, 1, 1))
    yield row("of_columns", 3, (1, 1, 1, 3))
    yield row("of_all", -1, ())
