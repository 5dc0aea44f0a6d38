"""Cases of what a mask selects: what is computed of it goes back to where it came from."""
from case import Case, one
from suite import nhwc, part


def rows(c, x):
    """Which rows of x begin above 0."""
    return c.call("", "gt", c.call("", "select", x, 1, 0), 0.0)


def table(c, x, op):
    """Elements above 0, doubled by the columns of a table of their places."""
    found = c.call("", op, c.call("", "gt", x, 0.0))
    at = [c.call("", "select", found, 1, axis) for axis in (0, 1)]
    return c.call("", "index_put", x, at, c.call("", "mul", c.call("", "index", x, at), 2.0))


def selected():
    """By masks and by the places that they set."""
    for op in ("nonzero", "argwhere"):
        yield one(op, "doubled", lambda c, x, op=op: table(c, x, op), 5, 7)
    case = Case("nonzero/rows_of_one_column")
    x = case.input(7, 5)
    at = case.call("", "squeeze", case.call("", "nonzero", rows(case, x)), 1)
    yield case.output(case.call("", "index_put", x, [at], case.call("", "tanh", case.call("", "index", x, [at]))))
    case = Case("nonzero_numpy/square_roots")
    x = case.input(5, 7)
    at = case.several(2, "", "nonzero_numpy", case.call("", "gt", x, 0.25))
    yield case.output(case.call("", "index_put", x, at, case.call("", "sqrt", case.call("", "index", x, at))))
    case = Case("where/experts")
    x = case.input(6, 8)
    gates = part(case, x, (1, 2, 5))
    i, j = case.several(2, "", "where", case.call("", "gt", gates, 0.0))
    rows_of = case.call("", "linear", case.call("", "index", x, [i]), case.parameter("expert.weight", 8, 8))
    scaled = case.call("", "mul", rows_of, case.call("", "unsqueeze", case.call("", "index", gates, [i, j]), 1))
    yield case.output(case.call("", "index_add", case.call("", "zeros_like", x), 0, i, scaled))
    yield one("index", "by_a_mask_through_a_norm", lambda c, x: c.call("", "index_put", x, [rows(c, x)], c.call(
        "norm", "layer_norm", c.call("", "index", x, [rows(c, x)]), [5], c.parameter("norm.weight", 5), None, 1e-5)),
        7, 5)
    case = Case("index_put/a_number_by_a_mask_in_nhwc")
    x = case.input(2, 3, 7, 5)
    y = nhwc(case, x)
    yield case.output(case.call("", "index_put", y, [case.call("", "gt", y, 0.0)], case.call("", "mean", x)))
    yield one("index_put", "adds_where_a_mask_is_set", lambda c, x: c.call("", "index_put", x, [None, c.call(
        "", "gt", c.call("", "select", c.call("", "select", x, 0, 0), 1, 0), 0.0)], c.call(
            "", "select", c.call("", "select", x, 0, 0), 0, 1), True), 3, 7, 5)
    yield one("masked_select", "doubled", lambda c, x: c.call("", "index_put", x, [c.call("", "gt", x, 0.0)], c.call(
        "", "mul", c.call("", "masked_select", x, c.call("", "gt", x, 0.0)), 2.0)), 3, 7)
    case = Case("scatter/levels_of_a_pyramid")
    x = case.input(6, 4)
    result = case.call("", "zeros_like", x)
    for level, name in ((True, "a"), (False, "b")):
        first = case.call("", "select", x, 1, 0)
        mask = case.call("", "gt" if level else "le", first, 0.0)
        at = case.call("", "select", case.call("", "nonzero", mask), 1, 0)
        of = case.call("", "linear", case.call("", "index", x, [at]), case.parameter(f"{name}.weight", 4, 4))
        index = case.call("", "expand", case.call("", "view", at, [-1, 1]), [case.call("", "size", of, 0), 4])
        result = case.call("", "scatter", result, 0, index, of)
    yield case.output(result)
