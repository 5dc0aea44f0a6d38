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
