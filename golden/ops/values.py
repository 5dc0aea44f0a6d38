"""Cases of ops on values: linear, norm, activations, arithmetic with broadcasting, means, softmax."""
from case import Case, one


def linear():
    """A linear acts on the last axis of PyTorch's order, which is W for an image."""
    def row(title, shape, outputs, **options):
        return one("linear", title, lambda c, x: c.linear(x, shape[-1], outputs, **options), *shape)

    yield row("rows", (3, 7), 5)
    yield row("square", (3, 6), 6)  # a kernel left untransposed has the right shape
    yield row("no_bias", (3, 7), 5, bias=False)
    yield row("tokens", (2, 5, 7), 4)
    yield row("image_along_width", (2, 3, 5, 7), 4)
    yield row("image_width_equals_channels", (2, 6, 5, 6), 6)
    yield row("wide", (3, 67), 45)
    yield one("linear", "along_width_after_conv",
              lambda c, x: c.linear(c.conv(x, 3, 6), 6, 5), 2, 3, 7, 8)

    case = Case("linear/addmm")  # how exporters write it: bias + x · weightᵀ
    x = case.input(3, 7)
    weight = case.parameter("fc.weight", 5, 7)
    bias = case.parameter("fc.bias", 5)
    yield case.output(case.call("fc", "addmm", bias, x, case.call("fc", "t", weight)))


def batch_norm():
    """Running statistics, epsilon inside the root, affine or not, images and rows."""
    yield one("batch_norm", "affine", lambda c, x: c.batch_norm(x, 4), 2, 4, 5, 3)
    yield one("batch_norm", "not_affine", lambda c, x: c.batch_norm(x, 4, affine=False), 2, 4, 5, 3)
    yield one("batch_norm", "large_epsilon", lambda c, x: c.batch_norm(x, 4, eps=0.3), 2, 4, 5, 3)
    yield one("batch_norm", "width_equals_channels", lambda c, x: c.batch_norm(x, 5), 2, 5, 3, 5)
    yield one("batch_norm", "sequences", lambda c, x: c.batch_norm(x, 5), 2, 5, 5)
    yield one("batch_norm", "volumes", lambda c, x: c.batch_norm(x, 4), 2, 4, 3, 5, 4)
    yield one("batch_norm", "rows", lambda c, x: c.batch_norm(x, 6), 3, 6)
    yield one("batch_norm", "after_conv", lambda c, x: c.batch_norm(c.conv(x, 3, 5, bias=False), 5), 2, 3, 7, 6)
    yield one("batch_norm", "before_conv", lambda c, x: c.conv(c.batch_norm(x, 3), 3, 5, padding=(1, 1)), 2, 3, 7, 6)


def layer_norm():
    """The last axes of PyTorch's order, wherever they lie; variance over n; the epsilon of the call."""
    yield one("layer_norm", "tokens", lambda c, x: c.layer_norm(x, 7), 2, 5, 7)
    yield one("layer_norm", "no_affine", lambda c, x: c.layer_norm(x, 7, weight=False, bias=False), 2, 5, 7)
    yield one("layer_norm", "scale_alone", lambda c, x: c.layer_norm(x, 37, bias=False), 3, 37)
    yield one("layer_norm", "large_epsilon", lambda c, x: c.layer_norm(x, 7, eps=0.3), 2, 5, 7)
    yield one("layer_norm", "wide", lambda c, x: c.layer_norm(x, 259, eps=1e-6), 2, 259)

    def channels(c, x):  # ConvNeXt's LayerNorm2d: to channels last, norm, and back
        x = c.call("", "permute", c.conv(x, 3, 6, padding=(1, 1)), [0, 2, 3, 1])
        x = c.call("", "permute", c.layer_norm(x, 6, eps=1e-6), [0, 3, 1, 2])
        return c.conv(x, 6, 4, padding=(1, 1), name="next")
    yield one("layer_norm", "channels_between_convs", channels, 2, 3, 7, 5)
    yield one("layer_norm", "width_after_conv", lambda c, x: c.layer_norm(c.conv(x, 3, 6), 6), 2, 3, 7, 8)
    yield one("layer_norm", "plane_after_conv", lambda c, x: c.layer_norm(c.conv(x, 3, 6), 5, 6), 2, 3, 7, 8)
    yield one("layer_norm", "image_before_conv",
              lambda c, x: c.conv(c.layer_norm(x, 3, 7, 5), 3, 4, padding=(1, 1)), 2, 3, 7, 5)
    yield one("layer_norm", "large_mean",
              lambda c, x: c.layer_norm(c.call("", "add", x, 100.0), 31), 3, 31)


def expand():
    """Repeated without storage in PyTorch; a class token is the usual one."""
    def token(c, x):
        tokens = c.call("", "permute", c.call("", "flatten", c.conv(x, 3, 6, (2, 2), stride=(2, 2)), 2), [0, 2, 1])
        batch = c.call("", "size", x, 0)
        each = c.call("", "expand", c.parameter("class_token", 1, 1, 6), [batch, -1, -1])
        return c.call("", "cat", [each, tokens], 1)
    yield one("expand", "class_token", token, 2, 3, 8, 6)
    yield one("expand", "channels_after_conv",
              lambda c, x: c.call("", "expand", c.conv(x, 3, 1), [-1, 5, -1, -1]), 2, 3, 7, 6)
    yield one("expand", "new_axes", lambda c, x: c.call("", "expand", x, [4, 3, 5]), 3, 1)
    yield one("expand", "new_axis_after_conv",
              lambda c, x: c.call("", "expand", c.conv(x, 3, 4), [2, -1, -1, -1, -1]), 3, 3, 7, 6)


def attention():
    """Queries, keys and values from one linear, cut into heads, and joined again: ViT's, sizes from the tensor."""
    def heads(c, x):
        batch, count = c.call("", "size", x, 0), c.call("", "size", x, 1)
        x = c.call("", "view", c.linear(x, 6, 18), [batch, count, 3, 2, 3])
        x = c.call("", "permute", x, [2, 0, 3, 1, 4])
        q, k, v = (c.call("", "select", x, 0, i) for i in range(3))
        scores = c.call("", "matmul", c.call("", "div", q, 1.7320508075688772), c.call("", "transpose", k, -2, -1))
        y = c.call("", "matmul", c.call("", "softmax", scores, -1, None), v)
        y = c.call("", "reshape", c.call("", "permute", y, [0, 2, 1, 3]), [batch, count, 6])
        return c.linear(y, 6, 5, name="out_proj")
    yield one("matmul", "attention", heads, 2, 5, 6)

    def deep(c, x):  # sums of more terms than one chain of additions has
        y = c.linear(x, 6, 7)
        return c.call("", "matmul", c.call("", "transpose", x, 1, 2), y)
    yield one("matmul", "deep", deep, 2, 523, 6)


def activations():
    """Each after a convolution, so that it meets the layout, and each with the arguments that have defaults."""
    def row(op, title, *arguments, **keywords):
        return one(op, title, lambda c, x: c.call("act", op, c.conv(x, 3, 5), *arguments, **keywords), 2, 3, 7, 6)

    yield row("relu", "after_conv")
    yield row("relu_", "in_place")
    yield row("relu6", "after_conv")
    yield row("hardtanh", "bounds", -0.5, 2.0)
    yield row("leaky_relu", "default_slope")
    yield row("leaky_relu", "slope_02", 0.2)
    yield row("leaky_relu", "negative_slope", -0.3)
    yield row("sigmoid", "after_conv")
    yield row("tanh", "after_conv")
    yield row("silu", "after_conv")
    yield row("gelu", "exact")
    yield row("gelu", "tanh", approximate="tanh")
    yield row("gelu", "stated_none", approximate="none")
    yield row("dropout", "not_in_training", 0.5, False)


def arithmetic():
    """Broadcasting aligns the last axes of PyTorch's order, not of ours."""
    def row(op, title, other, **keywords):
        case = Case(f"{op}/{title}")
        x = case.conv(case.input(2, 3, 7, 6), 3, 4)  # 2×4×5×4: a (4) aligns with width, and fits channels by accident
        return case.output(case.call("", op, x, case.parameter("other", *other), **keywords))

    def number(op, title, *arguments, **keywords):
        return one(op, title, lambda c, x: c.call("", op, c.conv(x, 3, 4), *arguments, **keywords), 2, 3, 7, 6)

    yield row("add", "channels", (4, 1, 1))
    yield row("add", "width_that_equals_channels", (4,))
    yield row("add", "column", (1, 1, 5, 1))
    yield row("add", "height_and_width", (5, 4))
    yield row("add", "whole_image_alpha", (4, 5, 4), alpha=-2)
    yield row("add", "one_number_as_tensor", (1,))
    yield row("sub", "channels_alpha", (1, 4, 1, 1), alpha=0.5)
    yield row("sub", "width", (4,))
    yield row("mul", "channels", (4, 1, 1))
    yield row("mul", "width", (1, 4))
    yield row("mul", "batch_and_row", (2, 1, 5, 1))
    yield row("div", "channels", (4, 1, 1))
    yield number("add", "number", 0.75)
    yield number("add", "number_alpha", 3, alpha=2)
    yield number("sub", "number", 0.25)
    yield number("rsub", "number", 1.5)
    yield number("rsub", "number_alpha", 1, 2)
    yield number("mul", "number", -0.5)
    yield number("div", "number", 3.0)
    yield number("neg", "after_conv")

    case = Case("add/residual")
    x = case.input(2, 3, 7, 6)
    yield case.output(case.call("", "add", case.conv(x, 3, 4, name="a"), case.conv(x, 3, 4, name="b")))
    case = Case("add/mirrored")  # a value with its own transposition: two layouts of one shape
    y = case.conv(case.input(2, 3, 7, 7), 3, 4)
    yield case.output(case.call("", "add", y, case.call("", "transpose", y, 2, 3)))
    case = Case("mul/gate")
    y = case.conv(case.input(2, 3, 7, 6), 3, 4)
    gate = case.call("gate", "sigmoid", case.call("pool", "adaptive_avg_pool2d", y, [1, 1]))
    yield case.output(case.call("", "mul", gate, y))
    case = Case("mul/row_of_batch")  # (N, C) beside (N, C, H, W) would broadcast along the wrong axes: viewed first
    x = case.input(2, 3, 7, 6)
    y = case.conv(x, 3, 4)
    scale = case.linear(case.call("", "mean", x, [2, 3]), 3, 4)
    yield case.output(case.call("", "mul", y, case.call("", "view", scale, [2, 4, 1, 1])))
    case = Case("sub/outer")
    x, y = case.input(2, 3, 1, 5), case.input(4, 1, name="y")
    yield case.output(case.call("", "sub", x, y))


def mean():
    """Axes of PyTorch's order, with and without keeping them."""
    def row(title, *arguments):
        return one("mean", title, lambda c, x: c.call("", "mean", c.conv(x, 3, 4), *arguments), 2, 3, 7, 6)

    yield row("height_width", [2, 3])
    yield row("height_width_kept", [2, 3], True)
    yield row("negative_axes", [-1, -2])
    yield row("channels", [1])
    yield row("channels_kept", [1], True)
    yield row("height", [2])
    yield row("width_kept", [-1], True)
    yield row("batch", [0])
    yield row("channels_and_width", [1, 3])
    yield one("mean", "height_then_linear",
              lambda c, x: c.linear(c.call("", "mean", c.conv(x, 3, 4), [2]), 4, 5), 2, 3, 7, 6)
    yield one("mean", "tokens", lambda c, x: c.call("", "mean", x, [1]), 2, 5, 7)


def softmax():
    """Rows must sum to one along PyTorch's axis."""
    for title, dim in (("batch", 0), ("channels", 1), ("height", 2), ("width", 3), ("minus_1", -1), ("minus_3", -3)):
        yield one("softmax", title, lambda c, x: c.call("", "softmax", c.conv(x, 3, 4), dim), 2, 3, 7, 6)
    yield one("softmax", "rows", lambda c, x: c.call("", "softmax", x, 1, None), 3, 7)
    yield one("softmax", "large_values",
              lambda c, x: c.call("", "softmax", c.call("", "mul", c.conv(x, 3, 4), 200), 1), 2, 3, 5, 6)
    yield one("softmax", "large_values_of_columns",  # neighbours, each a softmax of its own
              lambda c, x: c.call("", "softmax", c.call("", "mul", c.conv(x, 3, 4), 300), 2), 2, 3, 7, 6)


def functions():
    """Functions of each element, on both sides of the places where their formula changes, on images and rows."""
    def wide(c, x):  # a convolution of numbers in [-1, 1) stays where sigmoids and exponentials are nearly straight
        return c.call("", "mul", c.conv(x, 3, 5), 3.0)

    def row(op, title, *arguments):
        return one(op, title, lambda c, x: c.call("act", op, wide(c, x), *arguments), 2, 3, 7, 6)

    yield row("abs", "after_conv")
    yield one("abs", "rows", lambda c, x: c.call("", "abs", x), 3, 7)
    yield one("abs", "before_conv", lambda c, x: c.conv(c.call("", "abs", x), 3, 4, (2, 3)), 2, 3, 7, 5)
    yield row("elu", "default_alpha")
    yield row("elu", "alpha", 0.3)
    yield row("elu", "negative_alpha", -1.5)
    yield row("elu", "alpha_of_an_integer", 2, 1, 1)
    yield row("elu_", "in_place", 0.7)
    yield one("elu", "tokens", lambda c, x: c.call("", "elu", c.linear(x, 7, 5), 1.0), 2, 5, 7)
    yield row("exp", "after_conv")
    yield one("exp", "tokens", lambda c, x: c.call("", "exp", x), 2, 5, 7)
    yield one("exp", "before_conv", lambda c, x: c.conv(c.call("", "exp", x), 3, 4, (2, 3)), 2, 3, 7, 5)
    yield row("hardsigmoid", "after_conv")
    yield one("hardsigmoid", "rows", lambda c, x: c.call("", "hardsigmoid", c.call("", "mul", x, 5.0)), 3, 17)
    yield row("hardswish", "after_conv")
    yield one("hardswish", "rows", lambda c, x: c.call("", "hardswish", c.call("", "mul", x, 5.0)), 3, 17)


def powers():
    """Powers of both signs of x where they have one; roots of what is above zero."""
    def positive(c, x):
        return c.call("", "add", c.call("", "abs", x), 0.5)

    def negative(c, x):
        return c.call("", "rsub", c.call("", "abs", x), -0.5)

    def row(op, title, before, *arguments):
        return one(op, title, lambda c, x: c.call("", op, before(c, c.conv(x, 3, 4)), *arguments), 2, 3, 7, 6)

    def same(_, x):
        return x

    yield row("pow", "square", same, 2)
    yield row("pow", "square_by_a_float", same, 2.0)
    yield row("pow", "cube", same, 3)
    yield row("pow", "root", positive, 0.5)
    yield row("pow", "inverse_root", positive, -0.5)
    yield row("pow", "inverse", negative, -1)
    yield row("pow", "inverse_square", negative, -2)
    yield one("pow", "rows", lambda c, x: c.call("", "pow", x, 3), 3, 7)
    yield row("square", "after_conv", same)
    yield row("sqrt", "after_conv", positive)
    yield one("sqrt", "tokens", lambda c, x: c.call("", "sqrt", positive(c, x)), 2, 5, 7)
    yield row("rsqrt", "after_conv", positive)
    yield row("reciprocal", "after_conv", negative)

    def norm(c, x):  # a root mean square norm over channels, as diffusion networks write it
        y = c.conv(x, 3, 4)
        mean = c.call("", "mean", c.call("", "pow", y, 2), [1], True)
        return c.call("", "mul", y, c.call("", "rsqrt", c.call("", "add", mean, 1e-6)))
    yield one("rsqrt", "norm_over_channels", norm, 2, 3, 7, 6)


def log_softmax():
    """Logarithms of rows that sum to one, along PyTorch's axis."""
    for title, dim in (("batch", 0), ("channels", 1), ("height", 2), ("width", 3), ("minus_1", -1), ("minus_3", -3)):
        yield one("log_softmax", title, lambda c, x: c.call("", "log_softmax", c.conv(x, 3, 4), dim), 2, 3, 7, 6)
    yield one("log_softmax", "rows", lambda c, x: c.call("", "log_softmax", x, 1, None), 3, 7)
    yield one("log_softmax", "tokens", lambda c, x: c.call("", "log_softmax", c.linear(x, 6, 5), -2), 2, 5, 6)
    yield one("log_softmax", "large_values",
              lambda c, x: c.call("", "log_softmax", c.call("", "mul", c.conv(x, 3, 4), 300.0), 1), 2, 3, 7, 6)
    yield one("log_softmax", "large_values_of_columns",
              lambda c, x: c.call("", "log_softmax", c.call("", "mul", c.conv(x, 3, 4), 300.0), 2), 2, 3, 7, 6)


def sums():
    """Axes of PyTorch's order, with and without keeping them, and all of them."""
    def row(title, *arguments):
        return one("sum", title, lambda c, x: c.call("", "sum", c.conv(x, 3, 4), *arguments), 2, 3, 7, 6)

    yield row("height_width", [2, 3])
    yield row("height_width_kept", [2, 3], True)
    yield row("negative_axes", [-1, -3])
    yield row("channels", [1])
    yield row("channels_kept", [1], True)
    yield row("height", [2])
    yield row("width_kept", [-1], True)
    yield row("batch", [0])
    yield row("all_but_channels_kept", [0, 2, 3], True)
    yield one("sum", "height_then_linear",
              lambda c, x: c.linear(c.call("", "sum", c.conv(x, 3, 4), [2]), 4, 5), 2, 3, 7, 6)
    yield one("sum", "tokens", lambda c, x: c.call("", "sum", x, [1], False), 2, 5, 7)
    yield one("sum", "rows", lambda c, x: c.call("", "sum", x, [-1], True), 5, 37)

    def share(c, x):  # of the sum of everything, which is one number
        y = c.call("", "abs", c.conv(x, 3, 4))
        return c.call("", "div", y, c.call("", "sum", y))
    yield one("sum", "share_of_everything", share, 2, 3, 7, 6)

    def share_kept(c, x):
        y = c.call("", "abs", c.conv(x, 3, 4))
        return c.call("", "div", y, c.call("", "sum", y, None, True))
    yield one("sum", "no_axes_kept", share_kept, 2, 3, 7, 6)
