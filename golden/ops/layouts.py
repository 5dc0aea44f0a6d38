"""Cases of ops that move values about: what a channels-last port has to keep book of."""
from case import Case, one


def flatten():
    """Channels come first in PyTorch's flattened vector, last in Flax's."""
    def conv_then(c, x, *arguments):
        return c.call("", "flatten", c.conv(x, 3, 4), *arguments)

    yield one("flatten", "conv_flatten_linear",
              lambda c, x: c.linear(conv_then(c, x, 1), 4 * 5 * 3, 6), 2, 3, 7, 5)
    yield one("flatten", "default_end", lambda c, x: conv_then(c, x, 1, -1), 2, 3, 7, 5)
    yield one("flatten", "negative_start", lambda c, x: conv_then(c, x, -3), 2, 3, 7, 5)
    yield one("flatten", "height_and_width", lambda c, x: conv_then(c, x, 2), 2, 3, 7, 5)
    yield one("flatten", "channels_and_height", lambda c, x: conv_then(c, x, 1, 2), 2, 3, 7, 5)
    yield one("flatten", "everything", lambda c, x: conv_then(c, x), 2, 3, 7, 5)
    yield one("flatten", "one_channel", lambda c, x: c.call("", "flatten", c.conv(x, 3, 1), 1), 2, 3, 7, 5)

    def through(c, x):
        x = c.call("drop", "dropout", c.call("act", "relu", conv_then(c, x, 1)), 0.5, False)
        return c.linear(c.batch_norm(x, 60), 60, 6)
    yield one("flatten", "relu_dropout_norm_before_linear", through, 2, 3, 7, 5)

    def shared(c, x):
        x = conv_then(c, x, 1)  # a flattened value with two uses: folding the order into one kernel breaks the other
        return c.call("", "cat", [c.linear(x, 60, 6), x], 1)
    yield one("flatten", "shared", shared, 2, 3, 7, 5)

    def joined(c, x):
        a = c.call("", "flatten", c.conv(x, 3, 4, name="a"), 1)
        b = c.call("", "flatten", c.conv(x, 3, 2, (2, 4), name="b"), 1)
        return c.linear(c.call("", "cat", [a, b], -1), 4 * 5 * 3 + 2 * 6 * 2, 6)
    yield one("flatten", "two_joined_before_linear", joined, 2, 3, 7, 5)


def reshape():
    """Which groups of axes survive channels last, and which need a transposition first."""
    def row(title, *sizes, op="reshape"):
        return one("reshape", title, lambda c, x: c.call("", op, c.conv(x, 3, 6), list(sizes)), 2, 3, 7, 6)

    yield row("flatten_all", 2, -1)
    yield row("view_flatten_all", 2, 120, op="view")
    yield row("height_and_width", 2, 6, 20)
    yield row("channel_groups", 2, 3, 2, 5, 4)
    yield row("channels_into_batch", 12, 1, 5, 4)
    yield row("batch_split", 1, 2, 6, 5, 4)
    yield row("across_channels_and_height", 2, 15, 8)
    yield row("width_windows", 2, 6, 5, 2, 2)
    yield row("unit_axes", 2, 1, 6, 1, 5, 4)

    def decoder(c, x):
        return c.conv(c.call("", "view", c.linear(x, 7, 4 * 3 * 5), [-1, 4, 3, 5]), 4, 2)
    yield one("reshape", "linear_to_image", decoder, 3, 7)

    def computed(c, x):
        y = c.conv(x, 3, 6)
        sizes = [c.call("", "size", y, axis) for axis in (0, 2)]
        return c.linear(c.call("", "reshape", y, [sizes[0], 6, sizes[1], -1]), 4, 3)
    yield one("reshape", "sizes_from_the_tensor", computed, 2, 3, 7, 6)

    def windows(c, x):
        y = c.call("", "view", c.conv(x, 3, 6, padding=(1, 1)), [2, 6, 4, 2, 2, 3])
        y = c.call("", "permute", y, [0, 2, 4, 3, 5, 1])
        return c.linear(c.call("", "reshape", y, [16, 6, 6]), 6, 5)
    yield one("reshape", "window_partition", windows, 2, 3, 8, 6)


def permute():
    """Permutations are bookkeeping; what they do to later axes is not."""
    def after(title, build, *shape):
        return one("permute", title, lambda c, x: build(c, c.conv(x, 3, 6)), *(shape or (2, 3, 7, 6)))

    yield after("to_channels_last_linear", lambda c, y: c.linear(c.call("", "permute", y, [0, 2, 3, 1]), 6, 5))
    yield after("swap_height_width_conv",
                lambda c, y: c.conv(c.call("", "transpose", y, 2, 3), 6, 4, (2, 3), name="next"))
    yield after("swap_channels_width_conv",
                lambda c, y: c.conv(c.call("", "transpose", y, 1, -1), 4, 3, (3, 2), name="next"))
    yield after("there_and_back", lambda c, y: c.conv(
        c.call("", "permute", c.call("", "permute", y, [0, 3, 1, 2]), [0, 2, 3, 1]), 6, 3, (2, 2), name="next"))
    yield after("tokens", lambda c, y: c.linear(c.call("", "transpose", c.call("", "flatten", y, 2), 1, 2), 6, 5))
    yield after("negative_axes", lambda c, y: c.call("", "permute", y, [-4, -1, -3, -2]))
    yield after("then_flatten", lambda c, y: c.linear(
        c.call("", "reshape", c.call("", "permute", y, [0, 3, 1, 2]), [2, -1]), 120, 4))
    yield after("batch_moved", lambda c, y: c.call("", "permute", y, [1, 0, 3, 2]))

    def tokens_to_image(c, y):
        t = c.linear(c.call("", "transpose", c.call("", "flatten", y, 2), 1, 2), 6, 6)
        return c.conv(c.call("", "reshape", c.call("", "transpose", t, 1, 2), [2, 6, 5, 4]), 6, 3, (2, 3), name="next")
    yield after("tokens_and_back_to_image", tokens_to_image)

    def shuffle(c, y):
        v = c.call("", "transpose", c.call("", "view", y, [2, 3, 2, 5, 4]), 1, 2)
        return c.call("", "view", c.call("", "contiguous", v), [2, 6, 5, 4])
    yield after("channel_shuffle", shuffle)


def cat():
    """A negative dim is one of PyTorch's axes; operands may stand in different layouts."""
    for title, dim in (("batch", 0), ("channels", 1), ("height", 2), ("width", 3), ("minus_1", -1), ("minus_3", -3)):
        case = Case(f"cat/{title}")
        x = case.input(2, 3, 7, 6)
        a, b = case.conv(x, 3, 4, name="a"), case.conv(x, 3, 4, name="b")
        yield case.output(case.call("", "cat", [a, b], dim))
    case = Case("cat/different_widths")
    x, y = case.input(2, 3, 5, 4), case.input(2, 7, 5, 4, name="y")
    yield case.output(case.conv(case.call("", "cat", [x, case.conv(x, 3, 2, (1, 1), name="a"), y], 1), 12, 4))
    case = Case("cat/layouts_differ")
    x = case.input(2, 3, 6, 6)
    turned = case.call("", "transpose", case.conv(x, 3, 4, name="a"), 2, 3)
    yield case.output(case.call("", "cat", [turned, case.conv(x, 3, 4, name="b")], 1))
    # What is joined is joined again with more, and parts of it come twice: they lie in one place only.
    for title, again in (("grown_and_repeated", (0, 1, 1)), ("grown_and_the_first_again", (0, 1, 0))):
        case = Case(f"cat/{title}")
        x = case.input(2, 3, 7, 5)
        parts = [case.conv(x, 3, 4, name="a"), case.conv(x, 3, 2, name="b")]
        few = case.conv(case.call("", "cat", parts, 1), 6, 4, name="c")
        channels = sum((4, 2)[part] for part in again)
        many = case.conv(case.call("", "cat", [parts[part] for part in again], 1), channels, 4, name="d")
        yield case.output(case.call("", "add", few, many))
    case = Case("cat/rows")
    x, y = case.input(3, 4), case.input(3, 5, name="y")
    yield case.output(case.call("", "cat", [x, y], -1))


def pad():
    """The list starts with the last axis, negative numbers crop, and the value need not be zero."""
    def row(title, pads, *more, op="pad"):
        return one("pad", title, lambda c, x: c.call("", op, c.conv(x, 3, 4), pads, *more), 2, 3, 7, 6)

    yield row("width_before_height", [1, 0, 0, 2])
    yield row("width_only", [2, 1], "constant", None)
    yield row("value", [1, 2, 3, 0], "constant", 0.5)
    yield row("crop", [-1, 0, -2, -1])
    yield row("crop_and_grow", [-1, 3, 2, -2], "constant", -1.5)
    yield row("channels", [0, 0, 0, 0, 1, 2])
    yield row("batch", [0, 1, 0, 0, -1, 0, 1, 0], "constant", 2.0)
    yield row("constant_pad_nd", [1, 1, 2, 0], 0.25, op="constant_pad_nd")
    yield one("pad", "before_conv", lambda c, x: c.conv(c.call("", "pad", x, [0, 1, 0, 1]), 3, 4, stride=(2, 2)),
              2, 3, 8, 6)  # the asymmetric padding of ports from TensorFlow
    yield one("pad", "zeros_before_max_pool", lambda c, x: c.call(
        "pool", "max_pool2d", c.call("", "pad", x, [0, 1, 0, 1]), [3, 3], [2, 2]), 2, 3, 8, 6)


def slices():
    """Python's slices of PyTorch's axes: from the end, beyond the end, with steps that do not divide."""
    end = (1 << 63) - 1  # how a trace writes "to the end"

    def row(title, *arguments):
        return one("slice", title, lambda c, x: c.call("", "slice", c.conv(x, 3, 7), *arguments), 3, 3, 9, 7)

    yield row("batch", 0, 1, 3)
    yield row("channels", 1, 2, 5)
    yield row("height", 2, 1, 6)
    yield row("width", 3, 1, 4)
    yield row("width_from_the_end", -1, -3, end)
    yield row("height_until_before_the_end", -2, 0, -2)
    yield row("channels_step", 1, 1, end, 2)
    yield row("height_step_3", 2, 0, end, 3)
    yield row("width_step_within", 3, 1, -1, 2)
    yield row("beyond_the_end", 1, -100, 100)
    yield row("no_limits", 3, None, None, 2)
    yield row("whole", 2, 0, end, 1)
    yield one("slice", "narrowed", lambda c, x: c.call("", "narrow", c.conv(x, 3, 7), 3, 1, 4), 3, 3, 9, 7)
    yield one("slice", "narrowed_from_the_end", lambda c, x: c.call("", "narrow", x, -2, -3, 2), 3, 5, 7)
    yield one("slice", "first_axis_by_default", lambda c, x: c.call("", "slice", x), 3, 5)
    yield one("slice", "rows", lambda c, x: c.call("", "slice", x, 1, 2, end, 3), 3, 11)
    yield one("slice", "tokens", lambda c, x: c.linear(
        c.call("", "slice", c.linear(x, 6, 6), 1, 1, end), 6, 4, name="next"), 2, 5, 6)

    def crop(c, x):  # both axes of the image, then a convolution with a margin
        y = c.call("", "slice", c.call("", "slice", c.conv(x, 3, 4), 2, 1, -1), 3, 2, end)
        return c.conv(y, 4, 5, padding=(1, 1), name="next")
    yield one("slice", "crop_between_convs", crop, 2, 3, 9, 7)

    def focus(c, x):  # space to depth, as detectors begin
        parts = [c.call("", "slice", c.call("", "slice", x, -2, row, end, 2), -1, column, end, 2)
                 for column in (0, 1) for row in (0, 1)]
        return c.conv(c.call("", "cat", parts, 1), 12, 5)
    yield one("slice", "space_to_depth", focus, 2, 3, 10, 8)

    def shift(c, x):  # a roll along one axis
        y = c.conv(x, 3, 4)
        return c.call("", "cat", [c.call("", "slice", y, 3, 2, end), c.call("", "slice", y, 3, 0, 2)], 3)
    yield one("slice", "shifted_columns", shift, 2, 3, 9, 7)

    def turned(c, x):
        return c.call("", "slice", c.call("", "transpose", c.conv(x, 3, 4), 1, 3), 1, 1, end, 2)
    yield one("slice", "of_a_transposition", turned, 2, 3, 9, 7)

    def grouped(c, x):  # an axis that no image has
        y = c.call("", "view", c.conv(x, 3, 6), [2, 3, 2, 7, 5])
        return c.call("", "slice", y, 2, 1, end)
    yield one("slice", "of_five_axes", grouped, 2, 3, 9, 7)


def splits():
    """Parts of one axis, equal or not; the last is what is left."""
    def row(title, results, target, *arguments):
        case = Case(f"split/{title}")
        return case.output(*case.several(results, "", target, case.conv(case.input(3, 3, 7, 6), 3, 7), *arguments))

    yield row("channels_in_three", 3, "chunk", 3, 1)
    yield row("width_by_size", 2, "split", 3, -1)
    yield row("height_by_sizes", 2, "split_with_sizes", [1, 4], 2)
    yield row("batch", 3, "split", 1)

    def gate(c, x):
        a, b = c.several(2, "", "chunk", c.conv(x, 3, 8), 2, 1)
        return c.conv(c.call("", "mul", a, c.call("", "sigmoid", b)), 4, 5, (2, 3), name="next")
    yield one("split", "gate_between_convs", gate, 2, 3, 7, 6)


def unbound():
    """Every index of one axis; the axis goes."""
    def row(title, shape, results, *arguments):
        case = Case(f"unbind/{title}")
        return case.output(*case.several(results, "", "unbind", case.conv(case.input(*shape), 3, 4), *arguments))

    yield row("batch", (3, 3, 5, 4), 3)
    yield row("channels", (2, 3, 5, 4), 4, 1)
    yield row("width", (2, 3, 4, 5), 3, -1)

    def heads(c, x):  # queries, keys and values of one product, as vision transformers take them apart
        y = c.call("", "permute", c.call("", "reshape", c.linear(x, 6, 18), [2, 5, 3, 2, 3]), [2, 0, 3, 1, 4])
        q, k, v = c.several(3, "", "unbind", y, 0)
        scores = c.call("", "softmax", c.call("", "matmul", q, c.call("", "transpose", k, -2, -1)), -1)
        y = c.call("", "transpose", c.call("", "matmul", scores, v), 1, 2)
        return c.linear(c.call("", "reshape", y, [2, 5, 6]), 6, 4, name="out")
    yield one("unbind", "heads", heads, 2, 5, 6)

    def parts(c, x):  # the same taken apart first, so that a view of a part has more axes than what it is a part of
        q, k, v = [c.call("", "transpose", c.call("", "view", part, [2, 5, 3, 4]), 1, 2)
                   for part in c.several(3, "", "split", c.linear(x, 6, 36), 12, -1)]
        scores = c.call("", "softmax", c.call("", "matmul", q, c.call("", "transpose", k, -2, -1)), -1)
        y = c.call("", "transpose", c.call("", "matmul", scores, v), 1, 2)
        return c.linear(c.call("", "reshape", y, [2, 5, 12]), 12, 4, name="out")
    yield one("split", "heads", parts, 2, 5, 6)


def unit_axes():
    """Axes of extent 1 that come and go; where they stand is counted in PyTorch's order."""
    def squeeze(title, shape, *arguments):
        return one("squeeze", title, lambda c, x: c.call("", "squeeze", x, *arguments), *shape)

    yield squeeze("every", (3, 1, 5, 1))
    yield squeeze("channels", (3, 1, 5, 7), 1)
    yield squeeze("width", (2, 3, 5, 1), -1)
    yield squeeze("longer_than_1", (2, 3, 5, 7), 2)
    yield squeeze("tokens", (3, 1, 7), -2)
    yield one("squeeze", "one_channel_after_conv", lambda c, x: c.call("", "squeeze", c.conv(x, 3, 1), 1), 2, 3, 7, 6)
    yield one("squeeze", "height_then_linear", lambda c, x: c.linear(
        c.call("", "transpose", c.call("", "squeeze", c.conv(x, 3, 6, (7, 3)), 2), 1, 2), 6, 5), 2, 3, 7, 6)

    def pooled(c, x):
        y = c.call("", "mean", c.conv(x, 3, 4), [2, 3], True)
        return c.linear(c.call("", "squeeze", c.call("", "squeeze", y, -1), -1), 4, 5)
    yield one("squeeze", "pooled_then_linear", pooled, 2, 3, 7, 6)

    def unsqueeze(title, shape, dim):
        return one("unsqueeze", title, lambda c, x: c.call("", "unsqueeze", x, dim), *shape)

    yield unsqueeze("rows_first", (3, 5), 0)
    yield unsqueeze("rows_last", (3, 5), -1)
    yield unsqueeze("tokens_second", (2, 3, 5), 1)
    yield unsqueeze("tokens_minus_2", (2, 3, 5), -2)
    yield one("unsqueeze", "image_first", lambda c, x: c.call("", "unsqueeze", c.conv(x, 3, 4), 0), 2, 3, 7, 6)
    yield one("unsqueeze", "image_third", lambda c, x: c.call("", "unsqueeze", c.conv(x, 3, 4), 2), 2, 3, 7, 6)
    yield one("unsqueeze", "channel_before_conv",
              lambda c, x: c.conv(c.call("", "unsqueeze", x, 1), 1, 4, (2, 3)), 2, 7, 5)

    def scaled(c, x):
        y = c.conv(x, 3, 4)
        scale = c.linear(c.call("", "mean", x, [2, 3]), 3, 4)
        return c.call("", "mul", y, c.call("", "unsqueeze", c.call("", "unsqueeze", scale, -1), -1))
    yield one("unsqueeze", "row_of_batch_times_image", scaled, 2, 3, 7, 6)


def unflatten():
    """One axis of PyTorch's order as several; channels are not the last of ours."""
    def row(title, dim, *sizes):
        return one("unflatten", title,
                   lambda c, x: c.call("", "unflatten", c.conv(x, 3, 6), dim, list(sizes)), 2, 3, 7, 8)

    yield row("channels", 1, 2, 3)
    yield row("channels_worked_out", -3, 3, -1)
    yield row("width", 3, 3, 2)
    yield row("height_into_one_and_all", 2, 1, 5)
    yield row("batch", 0, 2, 1)
    yield one("unflatten", "linear_to_image", lambda c, x: c.conv(
        c.call("", "unflatten", c.linear(x, 7, 60), 1, [4, 3, 5]), 4, 2, (2, 3)), 3, 7)
    yield one("unflatten", "heads", lambda c, x: c.call(
        "", "transpose", c.call("", "unflatten", c.linear(x, 6, 6), -1, [3, 2]), 1, 2), 2, 5, 6)
