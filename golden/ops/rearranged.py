"""Cases of ops that PyTorch says by views and joins: stack, repeat, roll, pixel shuffle, and their like."""
from case import Case, one


def stacked():
    """A new axis of as many as there are tensors; after a convolution its channels lie last."""
    def row(title, shape, *dim):
        def build(c, x):
            y = c.conv(x, 3, 4)
            return c.call("", "stack", [y, c.call("", "relu", y), c.call("", "mul", y, 2.0)], *dim)
        return one("stack", title, build, *shape)

    yield row("first_by_default", (2, 3, 6, 7))
    yield row("beside_channels", (2, 3, 6, 7), 1)
    yield row("last", (2, 3, 6, 7), -1)
    yield row("before_width", (2, 3, 6, 7), 3)

    def rotated(c, x):  # pairs as rotary embeddings turn them: neighbours, not halves
        even, odd = [c.call("", "slice", x, -1, start, 9223372036854775807, 2) for start in (0, 1)]
        y = c.call("", "stack", [c.call("", "neg", odd), even], -1)
        return c.call("", "flatten", y, -2)
    yield one("stack", "rotated_pairs", rotated, 2, 3, 5, 8)


def like_another():
    """A shape that another tensor gives."""
    def gate(c, x):  # squeeze and excitation, written with expand_as
        y = c.conv(x, 3, 4)
        scale = c.call("", "sigmoid", c.call("", "mean", y, [2, 3], True))
        return c.call("", "mul", y, c.call("", "expand_as", scale, y))
    yield one("expand_as", "gate_after_conv", gate, 2, 3, 6, 7)
    yield one("expand_as", "new_axes", lambda c, x: c.call("", "expand_as", c.call("", "select", x, 0, 1), x), 3, 4, 5)

    def shaped(target):
        def build(c, x):
            y = c.conv(x, 3, 4)
            return c.call("", "mul", c.call("", target, c.call("", "flatten", y, 1), y), y)
        return build
    yield one("reshape_as", "back_after_flatten", shaped("reshape_as"), 2, 3, 6, 7)
    yield one("reshape_as", "view", shaped("view_as"), 2, 3, 6, 7)
    yield one("broadcast_to", "channels_after_conv",
              lambda c, x: c.call("", "broadcast_to", c.conv(x, 3, 1), [-1, 5, -1, -1]), 2, 3, 7, 6)


def repeated():
    """The whole so many times, or each index so many times: not the same."""
    def row(op, title, shape, *arguments, conv=True):
        return one(op, title, lambda c, x: c.call("", op, c.conv(x, 3, 4) if conv else x, *arguments), *shape)

    yield row("repeat", "each_axis", (2, 3, 5, 4), [2, 3, 1, 2])
    yield row("repeat", "new_axes", (3, 5), [2, 1, 3, 2], conv=False)
    yield row("repeat", "single_elements", (1, 3, 5, 4), [4, 1, 1, 1])
    yield row("repeat", "once", (2, 3, 5, 4), [1, 1, 1, 1])
    yield row("tile", "last_axes", (2, 3, 5, 4), [3, 2])
    yield row("tile", "new_axes", (3, 4), [2, 1, 3], conv=False)
    yield row("repeat_interleave", "channels", (2, 3, 5, 4), 3, 1)
    yield row("repeat_interleave", "width", (2, 3, 5, 4), 2, -1)
    yield row("repeat_interleave", "flattened", (2, 3, 4), 2, conv=False)
    yield row("repeat_interleave", "batch", (2, 3, 5, 4), 3, 0)


def rolled():
    """What leaves at one end comes in at the other."""
    def row(title, shape, *arguments, conv=True):
        return one("roll", title, lambda c, x: c.call("", "roll", c.conv(x, 3, 4) if conv else x, *arguments), *shape)

    yield row("plane", (2, 3, 8, 9), [2, -3], [2, 3])
    yield row("channels", (2, 3, 5, 6), [1], [1])
    yield row("around_twice", (2, 3, 8, 9), [-15, 8], [-2, -1])
    yield row("one_axis_twice", (2, 3, 8, 9), [1, 2], [3, 3])
    yield row("flattened", (3, 5), [7], conv=False)
    yield row("nowhere", (2, 3, 8, 9), [6, 0], [2, 3])

    def windows(c, x):  # shifted windows, as Swin takes them: channels last
        y = c.call("", "permute", c.conv(x, 3, 4), [0, 2, 3, 1])
        y = c.call("", "layer_norm", c.call("", "roll", y, [-2, -2], [1, 2]), [4])
        return c.call("", "roll", y, [2, 2], [1, 2])
    yield one("roll", "windows", windows, 2, 3, 8, 10)


def shuffled():
    """Channels to places and back, in PyTorch's order: depth_to_space of other frameworks orders them otherwise."""
    yield one("pixel_shuffle", "after_conv", lambda c, x: c.call("", "pixel_shuffle", c.conv(x, 3, 12), 2), 2, 3, 6, 5)
    yield one("pixel_shuffle", "factor_3", lambda c, x: c.call("", "pixel_shuffle", x, 3), 2, 18, 2, 4)
    yield one("pixel_shuffle", "between_convs", lambda c, x: c.conv(
        c.call("", "pixel_shuffle", c.conv(x, 3, 8), 2), 2, 5, padding=(1, 1), name="next"), 2, 3, 6, 5)
    yield one("pixel_shuffle", "no_batch", lambda c, x: c.call("", "pixel_shuffle", x, 2), 8, 3, 5)
    yield one("pixel_unshuffle", "after_conv",
              lambda c, x: c.call("", "pixel_unshuffle", c.conv(x, 3, 3), 2), 2, 3, 6, 8)
    yield one("pixel_unshuffle", "factor_3", lambda c, x: c.conv(
        c.call("", "pixel_unshuffle", x, 3), 18, 5, (1, 1)), 2, 2, 6, 9)
    yield one("channel_shuffle", "after_conv",
              lambda c, x: c.call("", "channel_shuffle", c.conv(x, 3, 6), 3), 2, 3, 5, 4)
    yield one("channel_shuffle", "between_convs", lambda c, x: c.conv(
        c.call("", "channel_shuffle", c.conv(x, 3, 8), 2), 8, 5, (1, 1), name="next"), 2, 3, 5, 4)


def tensor_splits():
    """Pieces as alike as can be, the longer ones first, which chunk does not do; or before stated indices."""
    def row(title, results, *arguments):
        case = Case(f"tensor_split/{title}")
        return case.output(*case.several(
            results, "", "tensor_split", case.conv(case.input(2, 3, 7, 6), 3, 7), *arguments))

    yield row("sections", 3, 3, 1)
    yield row("indices", 3, [1, -2], 1)
    yield row("width", 2, 2, -1)

    case = Case("tensor_split/unsafe_chunk")  # the gates of a recurrent cell, as PyTorch splits them
    yield case.output(*case.several(3, "", "unsafe_chunk", case.linear(case.input(3, 5), 5, 9), 3, 1))


def moved_axes():
    """Axes named by where they go."""
    yield one("movedim", "channels_last", lambda c, x: c.call("", "movedim", c.conv(x, 3, 4), 1, -1), 2, 3, 6, 5)
    yield one("movedim", "several", lambda c, x: c.call("", "movedim", c.conv(x, 3, 4), [0, 3], [2, 0]), 2, 3, 6, 5)
    yield one("transpose", "of_matrices", lambda c, x: c.call("", "mT", c.conv(x, 3, 4)), 2, 3, 6, 5)
    yield one("flatten", "ravel", lambda c, x: c.call("", "ravel", c.conv(x, 3, 4)), 2, 3, 6, 5)

    def restrided(c, x):  # how exporters state a pooled value
        y = c.call("", "mean", c.conv(x, 3, 4), [2, 3], True)
        return c.call("", "as_strided", y, [2, 4, 1, 1], [4, 1, 4, 4])
    yield one("as_strided", "pooled", restrided, 2, 3, 6, 5)
