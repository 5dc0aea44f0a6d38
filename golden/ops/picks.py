"""Cases of ops that compare, choose and read at places which integers name. The integers are made of floats by casts,
as in integers.py: |x| times a power of two, which no precision rounds."""
from case import Case, one
from integers import INT32, INT64, flags, whole


def places(c, x, count, dtype=INT64):
    """Integers from 0 to below `count`, a power of two: from |x|, cut off below 1."""
    return c.call("places", "to", c.call("", "mul", c.call(
        "", "hardtanh", c.call("", "abs", x), 0.0, 0.9990234375), float(count)), dtype)


def apart(c, x):
    """x[:, :1], to be compared with x itself: that holds here and there."""
    return c.call("", "slice", x, 1, 0, 1)


def clipped(c, x):
    """A convolution cut off at 0.25, which many of its elements are then."""
    return c.call("", "hardtanh", c.conv(x, 3, 4, (2, 3)), 0.25, 0.5)


def embedding():
    """Rows of a table by integers; the table is one leaf, as Flax's Embed has it."""
    def table(c, rows, features, name="embed"):
        return c.parameter(name + ".weight", rows, features)

    yield one("embedding", "of_a_sequence",
              lambda c, x: c.call("embed", "embedding", table(c, 8, 5), places(c, x, 8)), 3, 17)
    yield one("embedding", "of_int32_with_padding",  # padding_idx is about gradients alone
              lambda c, x: c.call("embed", "embedding", table(c, 8, 5), places(c, x, 8, INT32), 2, True, False), 3, 17)
    yield one("embedding", "of_a_plane_before_conv",  # its features are channels, once they are moved in front
              lambda c, x: c.conv(c.call("", "permute", c.call(
                  "embed", "embedding", table(c, 8, 3), places(c, c.call("", "select", x, 1, 0), 8)), [0, 3, 1, 2]),
                  3, 4), 2, 3, 7, 6)
    case = Case("embedding/tied_to_a_product")  # one leaf, read as rows and as a kernel
    x = case.input(2, 9)
    weight = case.parameter("embed.weight", 8, 6)
    hidden = case.call("embed", "embedding", weight, places(case, x, 8))
    yield case.output(case.call("head", "linear", hidden, weight))


def comparisons():
    """Each relation with a number and a tensor; what they give is true or false, and no number."""
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        yield one(op, "integers", lambda c, x, op=op: c.call("", op, whole(c, x), apart(c, whole(c, x))), 3, 7, 5)
        yield one(op, "number_in_nhwc", lambda c, x, op=op: c.call(
            "", "where", c.call("", op, clipped(c, x), 0.375 if op in ("lt", "ge") else 0.25),
            c.conv(x, 3, 4, (2, 3), name="b"), 0.5), 2, 3, 7, 5)
    yield one("gt", "integers_and_a_fraction", lambda c, x: c.call("", "gt", whole(c, x), 2.5), 3, 17)
    yield one("lt", "integers_and_floats",
              lambda c, x: c.call("", "lt", whole(c, c.call("", "mul", x, 0.25)), c.call("", "mul", x, 2.0)), 3, 17)


def logic():
    """Truth values of anything, and bits of integers; not of a Boolean turns one bit, not of an integer all."""
    def pair(op, title, left, right, *shape):
        return one(op, title, lambda c, x: c.call("", op, left(c, x), right(c, x)), *(shape or (3, 7, 5)))

    def low(c, x):
        return c.call("", "lt", apart(c, x), 0.5)

    for op in ("logical_and", "logical_or", "logical_xor"):
        yield pair(op, "of_floats_and_flags", lambda c, x: c.call("", "relu", x), low)
    yield one("logical_not", "of_integers", lambda c, x: c.call("", "logical_not", whole(c, c.call(
        "", "mul", x, 0.25))), 3, 17)
    yield one("logical_not", "of_flags", lambda c, x: c.call("", "logical_not", flags(c, x)), 2, 3, 7, 5)
    for op in ("__and__", "__or__", "__xor__", "bitwise_and", "bitwise_or", "bitwise_xor"):
        yield pair(op, "of_flags", flags, low)
        yield pair(op, "of_integers", whole, lambda c, x: apart(c, whole(c, x, INT32)))
    yield one("bitwise_and", "of_integers_and_a_number", lambda c, x: c.call("", "bitwise_and", whole(c, x), 6), 3, 17)
    yield one("bitwise_not", "of_integers", lambda c, x: c.call("", "bitwise_not", whole(c, x, INT32)), 3, 17)
    yield one("bitwise_not", "of_flags", lambda c, x: c.call("", "bitwise_not", flags(c, x)), 3, 17)
    yield pair("bitwise_left_shift", "of_integers", whole, lambda c, x: places(c, x, 4))
    yield pair("bitwise_right_shift", "of_integers", whole, lambda c, x: places(c, x, 4))
    yield one("any", "of_flags", lambda c, x: c.call("", "any", c.call("", "gt", x, 0.9), 1), 2, 3, 7, 5)
    yield one("any", "of_integers", lambda c, x: c.call("", "any", whole(c, c.call("", "mul", x, 0.125)), 1), 3, 2, 17)
    yield one("any", "kept_of_a_conv", lambda c, x: c.call(
        "", "any", c.call("", "gt", c.conv(x, 3, 4, (2, 3)), 0.5), -1, True), 2, 3, 7, 5)
    yield one("all", "of_integers", lambda c, x: c.call("", "all", whole(c, x, INT32), -2), 2, 3, 7, 5)
    yield one("all", "of_everything", lambda c, x: c.call(
        "", "where", c.call("", "all", c.call("", "gt", x, -2.0)), x, 0.5), 3, 17)


def choices():
    """One of two terms by a condition; what is not chosen may be infinite, and leaves nothing behind."""
    yield one("where", "broadcast_from_three_sides", lambda c, x: c.call(
        "", "where", c.call("", "gt", c.call("", "slice", x, 1, 0, 1), 0.0), x,
        c.parameter("other", 3, 1, 1)), 2, 3, 7, 5)
    yield one("where", "in_nhwc", lambda c, x: c.call(
        "", "where", c.call("", "gt", x, 0.0), c.conv(x, 3, 3, (1, 1)), x), 2, 3, 7, 5)
    yield one("where", "number_first", lambda c, x: c.call("", "where", flags(c, x), 0.25, x), 3, 17)
    yield one("where", "integers", lambda c, x: c.call("", "where", flags(c, x), whole(c, x, INT32), whole(
        c, c.call("", "mul", x, 2.0))), 3, 17)
    yield one("where", "numbers", lambda c, x: c.call("", "add", c.call("", "where", flags(c, x), 2, -3), x), 3, 17)
    yield one("masked_fill", "in_nhwc", lambda c, x: c.call(
        "", "masked_fill", c.conv(x, 3, 4, (1, 1)), c.call("", "lt", c.call("", "slice", x, 1, 0, 1), 0.0), -1.5),
        2, 3, 7, 5)
    yield one("masked_fill", "of_a_mask_before_softmax", lambda c, x: c.call("", "softmax", c.call(
        "", "masked_fill", x, c.call("", "gt", x, 0.5), -1e30), -1), 3, 7, 9)
    yield one("masked_fill", "integers", lambda c, x: c.call("", "masked_fill", whole(c, x), flags(c, x), 7), 3, 17)
    yield one("masked_fill", "by_a_tensor", lambda c, x: c.call(
        "", "masked_fill", x, flags(c, x), c.parameter("value")), 3, 17)


def picked():
    """Elements by their index; axes are PyTorch's, however the operand lies."""
    def vector(c, x, count, end):
        return places(c, c.call("", "slice", c.call("", "flatten", x), 0, 0, count), end)

    yield one("index_select", "plain", lambda c, x: c.call("", "index_select", x, -2, vector(c, x, 13, 8)), 3, 8, 5)
    yield one("index_select", "channels_of_a_conv", lambda c, x: c.call(
        "", "index_select", c.conv(x, 3, 8, (2, 3)), 1, vector(c, x, 11, 8)), 2, 3, 6, 5)
    yield one("index_select", "rows_of_a_conv", lambda c, x: c.call(
        "", "index_select", c.conv(x, 3, 4, (2, 3), padding=(1, 0)), 2, vector(c, x, 5, 8)), 2, 3, 7, 5)
    yield one("index_select", "integers", lambda c, x: c.call(
        "", "index_select", whole(c, x, INT32), 0, vector(c, x, 5, 4)), 4, 7)
    yield one("gather", "plain", lambda c, x: c.call("", "gather", x, 1, places(
        c, c.call("", "slice", x, 2, 0, 4), 8)), 3, 8, 5)
    yield one("gather", "channels_of_a_conv", lambda c, x: c.call(
        "", "gather", c.conv(x, 8, 8, (2, 2)), -3, places(c, c.call("", "slice", c.call(
            "", "slice", x, 3, 0, 4), 2, 0, 5), 8)), 2, 8, 6, 5)
    yield one("gather", "integers", lambda c, x: c.call("", "gather", whole(c, x), 0, places(c, x, 4)), 4, 7)
    yield one("take_along_dim", "broadcast", lambda c, x: c.call(
        "", "take_along_dim", x, places(c, c.call("", "slice", x, 0, 0, 1), 8), 1), 3, 8, 5)
    yield one("take_along_dim", "integers", lambda c, x: c.call(
        "", "take_along_dim", whole(c, x), places(c, c.call("", "slice", x, 1, 0, 1), 8), -1), 4, 3, 8)


def indexed():
    """Python's x[i, :, j]: the axes of the indices stand where these stood if they are neighbours, else in front."""
    def padded(c, x):
        return c.conv(x, 3, 4, (2, 2), padding=(1, 1))

    def row(c, x, count, end):
        return places(c, c.call("", "slice", c.call("", "flatten", x), 0, 0, count), end)

    yield one("index", "first_axis", lambda c, x: c.call("", "index", x, [row(c, x, 9, 4)]), 4, 3, 5)
    yield one("index", "negative", lambda c, x: c.call("", "index", x, [None, c.call("", "sub", places(
        c, c.call("", "select", x, 1, 0), 8), 5)]), 3, 7, 5)
    yield one("index", "neighbours_of_a_conv", lambda c, x: c.call("", "index", padded(c, x), [
        None, None, c.call("", "unsqueeze", row(c, x, 5, 8), -1), row(c, x, 3, 4)]), 2, 3, 7, 5)
    yield one("index", "apart_in_a_conv", lambda c, x: c.call("", "index", padded(c, x), [
        None, row(c, x, 6, 4), None, row(c, x, 6, 4)]), 2, 3, 7, 5)
    yield one("index", "last_axis_of_a_conv", lambda c, x: c.call("", "index", padded(c, x), [
        None, None, None, row(c, x, 7, 4)]), 2, 3, 7, 5)
    yield one("index", "integers", lambda c, x: c.call("", "index", whole(c, x), [
        c.call("", "unsqueeze", row(c, x, 3, 4), 1), row(c, x, 5, 8)]), 4, 8)
    yield one("index", "relative_position_bias", lambda c, x: c.call("", "add", x, c.call("", "unsqueeze", c.call(
        "", "permute", c.call("", "index", c.parameter("table", 8, 4), [places(c, c.call(
            "", "select", c.call("", "select", x, 0, 0), 0, 1), 8)]), [2, 0, 1]), 0)), 2, 4, 5, 7)


def made():
    """Tensors that no element decides, each met with one that the input does; integers from integers alone."""
    def with_x(op, title, build, *shape):
        return one(op, title, lambda c, x: c.call("", "add", x, build(c, x)), *(shape or (3, 7)))

    yield with_x("arange", "end", lambda c, x: c.call("", "arange", 7))
    yield with_x("arange", "start_and_end", lambda c, x: c.call("", "arange", -2, 5))
    yield with_x("arange", "step", lambda c, x: c.call("", "arange", 1, 2.7, 0.25))
    yield with_x("arange", "backwards", lambda c, x: c.call("", "arange", 9, 2, -1))
    yield with_x("arange", "floats_by_type", lambda c, x: c.call("", "arange", 7, dtype=6, device="cpu"))
    yield one("arange", "integers_under_a_division", lambda c, x: c.call("", "mul", x, c.call("", "div", c.call(
        "", "arange", 7), 3)), 3, 7)
    yield one("zeros", "joined", lambda c, x: c.call("", "cat", [x, c.call("", "zeros", [2, 7])], 0), 3, 7)
    yield with_x("ones", "plain", lambda c, x: c.call("", "ones", [3, 7]))
    yield with_x("full", "of_a_float", lambda c, x: c.call("", "full", [3, 1], 0.75))
    yield one("full", "of_an_integer", lambda c, x: c.call("", "add", whole(c, x), c.call("", "full", [7], 3)), 3, 7)
    yield with_x("full_like", "in_nhwc", lambda c, x: c.conv(c.call(
        "", "full_like", x, -0.5), 3, 3, (1, 1)), 2, 3, 7, 5)
    yield one("full_like", "of_another_type", lambda c, x: c.call("", "add", whole(c, x), c.call(
        "", "full_like", x, 3, dtype=INT64)), 3, 7)
    yield with_x("zeros_like", "of_integers", lambda c, x: c.call("", "zeros_like", whole(c, x)))
    yield with_x("ones_like", "plain", lambda c, x: c.call("", "ones_like", x))
    yield with_x("new_zeros", "plain", lambda c, x: c.call("", "new_zeros", x, [7]))
    yield with_x("new_ones", "of_integers", lambda c, x: c.call("", "new_ones", x, [3, 1], dtype=INT64))
    yield with_x("new_full", "plain", lambda c, x: c.call("", "new_full", x, [1, 7], 0.25))
    yield with_x("scalar_tensor", "plain", lambda c, x: c.call("", "scalar_tensor", 0.375))
    yield with_x("fill_", "number", lambda c, x: c.call("", "fill_", c.call("", "mul", x, 2.0), 0.25))
    yield with_x("fill_", "tensor", lambda c, x: c.call("", "fill_", c.call("", "mul", x, 2.0), c.parameter("value")))
    yield with_x("zero_", "plain", lambda c, x: c.call("", "zero_", c.call("", "mul", x, 2.0)))
    yield with_x("eye", "square", lambda c, x: c.call("", "eye", 5), 5, 5)
    yield with_x("eye", "oblong", lambda c, x: c.call("", "eye", 3, 7))
    yield with_x("linspace", "even", lambda c, x: c.call("", "linspace", -1.0, 2.0, 6), 3, 6)
    yield with_x("linspace", "odd", lambda c, x: c.call("", "linspace", 3.0, 0.5, 7))
    yield one("tril", "of_the_last_axes", lambda c, x: c.call("", "tril", x), 2, 5, 7)
    yield one("tril", "above_the_diagonal_in_nhwc", lambda c, x: c.call(
        "", "tril", c.conv(x, 3, 4, (2, 2)), 1), 2, 3, 6, 5)
    yield one("triu", "below_the_diagonal", lambda c, x: c.call("", "triu", x, -2), 7, 5)
    yield one("triu", "integers", lambda c, x: c.call("", "triu", whole(c, x, INT32), 1), 5, 7)
    case = Case("meshgrid/integers")
    x = case.input(5, 3)
    yield case.output(*case.several(2, "", "meshgrid", [
        whole(case, case.call("", "select", x, 1, 0)), whole(case, case.call("", "select", x, 0, 1))]))
    for title, more in (("ij", {}), ("xy", {"indexing": "xy"})):
        case = Case(f"meshgrid/{title}")
        x = case.input(3, 5)
        rows, columns = case.several(2, "", "meshgrid", [
            case.call("", "select", x, 1, 0), case.call("", "select", x, 0, 1)], **more)
        yield case.output(rows, columns)


def along():
    """What is found along one axis: sums so far, the first of the largest, the order."""
    yield one("cumsum", "last_axis", lambda c, x: c.call("", "cumsum", x, -1), 3, 17)
    yield one("cumsum", "channels_in_nhwc", lambda c, x: c.call("", "cumsum", c.conv(x, 3, 4, (2, 3)), 1), 2, 3, 7, 5)
    yield one("cumsum", "integers", lambda c, x: c.call("", "cumsum", whole(c, x, INT32), 0), 7, 5)
    yield one("cumsum", "flags", lambda c, x: c.call("", "cumsum", flags(c, x), 1), 3, 17)
    yield one("cumprod", "rows_in_nhwc", lambda c, x: c.call("", "cumprod", c.conv(x, 3, 4, (2, 3)), -2), 2, 3, 7, 5)
    yield one("cumprod", "integers", lambda c, x: c.call("", "cumprod", whole(c, x), 1), 7, 5)
    yield one("argmax", "channels_in_nhwc", lambda c, x: c.call("", "argmax", x, 1), 2, 7, 5, 3)
    yield one("argmax", "kept", lambda c, x: c.call("", "argmax", x, -1, True), 3, 17)
    yield one("argmax", "first_of_equal_ones", lambda c, x: c.call("", "argmax", c.call(
        "", "hardtanh", x, -0.5, 0.25), -1), 9, 17)
    yield one("argmax", "of_everything", lambda c, x: c.call("", "where", c.call("", "eq", c.call(
        "", "arange", 21), c.call("", "argmax", x)), 3.0, c.call("", "flatten", x)), 3, 7)
    yield one("argmax", "of_everything_as_traced", lambda c, x: c.call("", "where", c.call("", "eq", c.call(
        "", "arange", 21), c.call("", "argmax", x, None, False)), 3.0, c.call("", "flatten", x)), 3, 7)
    yield one("argmin", "of_everything_kept", lambda c, x: c.call("", "where", c.call("", "eq", c.call(
        "", "reshape", c.call("", "arange", 21), [3, 7]), c.call("", "argmin", x, None, True)), 3.0, x), 3, 7)
    yield one("argmin", "integers", lambda c, x: c.call("", "argmin", whole(c, x), 0), 7, 15)
    for op in ("max", "min"):
        case = Case(f"{op}/of_channels_in_nhwc")
        x = case.input(2, 3, 7, 5)
        yield case.output(*case.several(2, "", op, case.conv(x, 3, 6, (2, 3)), 1))
        case = Case(f"{op}/of_integers_kept")
        x = case.input(7, 9)
        yield case.output(*case.several(2, "", op, whole(case, x), -2, True))
    for title, keywords in (("ascending", {}), ("descending", {"descending": True})):
        case = Case(f"sort/{title}_in_nhwc")
        x = case.input(2, 3, 7, 5)
        yield case.output(*case.several(2, "", "sort", case.conv(x, 3, 6, (2, 3)), 1, **keywords))
    case = Case("sort/of_equal_integers")
    x = case.input(3, 17)
    yield case.output(*case.several(2, "", "sort", whole(case, case.call("", "mul", x, 0.25)), stable=True, dim=-1))
    yield one("argsort", "plain", lambda c, x: c.call("", "argsort", x, 0, True), 7, 5)
    case = Case("topk/largest")
    x = case.input(3, 17)
    yield case.output(*case.several(2, "", "topk", x, 5))
    case = Case("topk/smallest_in_nhwc")
    x = case.input(2, 3, 7, 5)
    yield case.output(*case.several(2, "", "topk", case.conv(x, 3, 6, (2, 3)), 3, 1, False))
    case = Case("topk/integers")  # all of them different
    x = case.input(3, 17)
    yield case.output(*case.several(2, "", "topk", whole(case, case.call("", "mul", x, 65536.0)), 4))
    yield one("flip", "two_axes_in_nhwc", lambda c, x: c.call("", "flip", c.conv(x, 3, 4, (2, 3)), [1, -1]), 2, 3, 7, 5)
    yield one("flip", "integers", lambda c, x: c.call("", "flip", whole(c, x), [0]), 7, 5)
    yield one("one_hot", "plain", lambda c, x: c.call("", "one_hot", places(c, x, 8), 9), 3, 7)


def written():
    """Elements written, or added, at places; of those written nowhere the operand's stay."""
    def vector(c, x, count, end):
        return places(c, c.call("", "slice", c.call("", "flatten", x), 0, 0, count), end)

    def distinct(c, x):
        """For each row of x an order of its indices."""
        return c.call("", "argsort", x, 1)

    yield one("scatter", "of_a_tensor", lambda c, x: c.call("", "scatter", c.call("", "mul", x, 2.0), 1, c.call(
        "", "slice", distinct(c, x), 1, 0, 3), c.call("", "neg", x)), 3, 7)
    yield one("scatter", "of_a_number_in_nhwc", lambda c, x: c.call("", "scatter", c.conv(x, 8, 8, (1, 1)), 1, places(
        c, c.call("", "slice", x, 1, 0, 2), 8), 0.5), 2, 8, 7, 5)
    yield one("scatter", "integers", lambda c, x: c.call("", "scatter", whole(c, x), -1, distinct(c, x), whole(
        c, c.call("", "mul", x, 2.0))), 3, 7)
    yield one("scatter_add", "twice_in_one_place", lambda c, x: c.call(
        "", "scatter_add", x, 0, places(c, x, 4), c.call("", "mul", x, 2.0)), 5, 7)
    yield one("scatter_add", "integers", lambda c, x: c.call(
        "", "scatter_add", whole(c, x), 1, places(c, x, 4), whole(c, x)), 5, 7)
    yield one("index_put", "rows", lambda c, x: c.call("", "index_put", x, [c.call("", "select", distinct(
        c, c.call("", "transpose", x, 0, 1)), 0, 0)], c.call("", "mul", x, -2.0)), 4, 7)
    yield one("index_put", "added_in_nhwc", lambda c, x: c.call("", "index_put", c.conv(x, 3, 4, (1, 1)), [
        None, vector(c, x, 9, 4), vector(c, x, 9, 4)], c.parameter("value", 2, 9, 5), True), 2, 3, 7, 5)
    yield one("index_put_", "of_a_value_that_is_repeated", lambda c, x: c.call("", "index_put_", c.call(
        "", "mul", x, 2.0), [None, c.call("", "slice", c.call("", "select", distinct(
            c, x), 0, 0), 0, 0, 3)], c.parameter("value", 5, 1)), 5, 7)
    yield one("index_put", "integers", lambda c, x: c.call("", "index_put", whole(c, x), [
        vector(c, x, 5, 4), vector(c, x, 5, 4)], whole(c, c.call("", "select", x, 0, 0)), True), 4, 5)
    yield one("slice_scatter", "columns_in_nhwc", lambda c, x: c.call("", "slice_scatter", c.conv(
        x, 3, 4, (1, 1)), c.parameter("value", 2, 4, 7, 2), 3, -4, None, 2), 2, 3, 7, 5)
    yield one("slice_scatter", "integers", lambda c, x: c.call(
        "", "slice_scatter", whole(c, x), c.call("", "neg", c.call("", "slice", whole(c, x), 0, 0, 2)), 0, 1, 3), 5, 7)
    yield one("select_scatter", "channel_in_nhwc", lambda c, x: c.call("", "select_scatter", c.conv(
        x, 3, 4, (1, 1)), c.parameter("value", 2, 7, 5), 1, -2), 2, 3, 7, 5)
    yield one("index_add", "twice_in_one_place", lambda c, x: c.call("", "index_add", x, 1, vector(
        c, x, 9, 4), c.parameter("value", 3, 9), alpha=2), 3, 7)
    yield one("index_add", "integers", lambda c, x: c.call("", "index_add", whole(c, x), 0, vector(
        c, x, 5, 4), whole(c, x)), 5, 7)
    yield one("copy", "broadcast", lambda c, x: c.call("", "add", x, c.call(
        "", "copy", c.call("", "mul", x, 2.0), c.call("", "select", x, 0, 0))), 3, 7)
    yield one("copy", "integers", lambda c, x: c.call(
        "", "copy", whole(c, x), c.call("", "slice", whole(c, c.call("", "mul", x, 2.0)), 0, 0, 1)), 3, 7)
    yield one("copy_", "integers_as_floats", lambda c, x: c.call("", "copy_", c.call(
        "", "mul", x, 2.0), whole(c, x)), 2, 3, 7, 5)
