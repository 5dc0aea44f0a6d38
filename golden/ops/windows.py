"""Cases of ops with windows: convolutions and pools."""
from case import Case, one


def conv2d():
    """Windows: kernel order, SAME against explicit padding, dilation, groups."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv2d", title, lambda c, x: c.conv(x, shape[1], outputs, kernel, **options), *shape)

    yield row("square_same_channels", (2, 4, 7, 5), 4, (3, 3))  # no transposition of the kernel changes a shape
    yield row("rectangular_kernel", (2, 3, 7, 5), 4, (3, 2))
    yield row("even_kernel_padding_1", (2, 3, 6, 9), 5, (2, 4), padding=(1, 2))
    yield row("no_bias", (2, 3, 7, 5), 4, (3, 3), bias=False)
    yield row("pointwise", (2, 5, 4, 7), 3, (1, 1))
    yield row("pointwise_stride_2", (2, 5, 7, 6), 3, (1, 1), stride=(2, 2))
    yield row("stride_2_padding_1_even_size", (2, 3, 8, 10), 4, (3, 3), stride=(2, 2), padding=(1, 1))  # SAME: (0, 1)
    yield row("stride_2_padding_3_kernel_7", (2, 3, 14, 20), 4, (7, 7), stride=(2, 2), padding=(3, 3))  # SAME: (2, 3)
    yield row("stride_per_axis", (2, 3, 11, 13), 4, (3, 5), stride=(2, 3), padding=(0, 2))
    yield row("window_does_not_reach_the_end", (2, 3, 9, 8), 4, (2, 3), stride=(3, 4))
    yield row("dilation", (2, 3, 11, 9), 4, (3, 3), padding=(2, 2), dilation=(2, 2))
    yield row("dilation_per_axis", (2, 3, 12, 9), 4, (3, 2), padding=(1, 3), dilation=(3, 1))
    yield row("dilation_with_stride", (2, 3, 13, 11), 4, (3, 3), stride=(2, 1), padding=(2, 0), dilation=(2, 3))
    yield row("groups", (2, 6, 7, 5), 9, (3, 3), padding=(1, 1), groups=3)
    yield row("groups_stride_dilation", (2, 8, 11, 9), 4, (3, 2), stride=(2, 2), dilation=(2, 1), groups=2)
    yield row("depthwise", (2, 5, 7, 6), 5, (3, 3), padding=(1, 1), groups=5)
    yield row("depthwise_multiplier", (2, 4, 7, 6), 12, (2, 3), groups=4)
    yield row("depthwise_stride_2", (2, 19, 9, 8), 19, (3, 3), stride=(2, 2), padding=(1, 1), groups=19)
    yield row("padding_larger_than_input", (2, 3, 2, 3), 4, (5, 5), padding=(4, 3))
    yield row("padding_as_one_number", (2, 3, 7, 5), 4, (3, 3), stride=(2, ), padding=(1, ), dilation=(1, ))
    yield row("same", (2, 3, 7, 5), 4, (3, 5), padding="same")
    yield row("same_even_kernel", (2, 3, 7, 5), 4, (2, 4), padding="same")  # the extra row goes below, not above
    yield row("same_even_kernel_dilated", (2, 3, 9, 8), 4, (4, 2), padding="same", dilation=(1, 3))
    yield row("same_depthwise", (2, 4, 6, 5), 4, (4, 3), padding="same", groups=4)
    yield row("valid", (2, 3, 7, 6), 4, (2, 3), padding="valid", stride=(2, 1))
    yield row("many_channels", (2, 37, 5, 6), 41, (3, 3), padding=(1, 1))  # more than a tile, and not a multiple of it

    def bottleneck(c, x):  # so large that no value between two windows is stored as a whole, and more than one image
        a = c.call("", "relu6", c.conv(x, 3, 51, (1, 1), name="expand"))
        a = c.batch_norm(c.conv(a, 51, 51, (3, 3), padding=(1, 1), groups=51, bias=False, name="depth"), 51)
        a = c.call("", "hardswish", a)
        gate = c.conv(c.call("", "adaptive_avg_pool2d", a, [1, 1]), 51, 51, (1, 1), name="squeeze")
        gate = c.call("", "sigmoid", gate)
        a = c.call("", "add", c.conv(c.call("", "mul", a, gate), 51, 3, (1, 1), name="project"), x)
        return c.call("", "adaptive_avg_pool2d", a, [4, 3])
    yield one("conv2d", "by_bands_in_a_batch", bottleneck, 3, 3, 61, 55)  # three do not divide among threads

    def beside(c, x):  # the same, the tail of the second reading a value as large
        other = c.conv(x, 3, 51, (1, 1), name="beside")
        a = c.call("", "relu6", c.conv(x, 3, 51, (1, 1), name="expand"))
        a = c.batch_norm(c.conv(a, 51, 51, (3, 3), padding=(1, 1), groups=51, bias=False, name="depth"), 51)
        a = c.call("", "adaptive_avg_pool2d", c.call("", "mul", a, other), [4, 3])
        return c.call("", "add", a, c.call("", "adaptive_avg_pool2d", other, [4, 3]))
    yield one("conv2d", "by_bands_beside_another", beside, 3, 3, 61, 55)

    def padded(c, x):  # zeros of each around what lay there before was something else
        a = c.conv(x, 3, 6, (3, 3), padding=(1, 1), name="conv1")
        a = c.conv(a, 6, 5, (5, 5), stride=(2, 1), padding=(2, 2), name="conv2")
        a = c.conv(a, 5, 7, (3, 3), stride=(1, 2), padding=(1, 1), name="conv3")
        return c.conv(a, 7, 4, (5, 7), padding=(2, 3), name="conv4")
    yield one("conv2d", "padded_one_after_another", padded, 2, 3, 9, 11)

    case = Case("conv2d/as_traced")  # a trace writes _convolution, with flags of the backend behind the groups
    x = case.input(2, 3, 8, 7)
    weight, bias = case.parameter("conv.weight", 4, 3, 3, 2), case.parameter("conv.bias", 4)
    yield case.output(case.call("conv", "_convolution", x, weight, bias, [2, 1], [1, 1], [1, 1], False, [0, 0], 1,
                                False, False, True, True))
    case = Case("conv2d/same_as_traced")
    x = case.input(2, 3, 8, 7)
    weight, bias = case.parameter("conv.weight", 4, 3, 4, 3), case.parameter("conv.bias", 4)
    yield case.output(case.call("conv", "_convolution_mode", x, weight, bias, [1, 1], "same", [1, 2], 1))


def conv_transpose2d():
    """The guide's `1 - padding` holds for kernel 2 only; the rule is d(k-1) - p before, and output padding behind."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv_transpose2d", title,
                   lambda c, x: c.conv_transpose(x, shape[1], outputs, kernel, **options), *shape)

    yield row("kernel_2_stride_2", (2, 4, 5, 3), 3, (2, 2), stride=(2, 2))
    yield row("kernel_3", (2, 4, 5, 3), 3, (3, 3))
    yield row("same_channels_square_kernel", (2, 4, 5, 3), 4, (3, 3))  # in and out can be swapped unnoticed
    yield row("kernel_4_stride_2_padding_1", (2, 4, 5, 3), 3, (4, 4), stride=(2, 2), padding=(1, 1))
    yield row("kernel_3_stride_2_output_padding", (2, 4, 5, 3), 3, (3, 3), stride=(2, 2), padding=(1, 1),
              output_padding=(1, 1))  # SAME has this shape and shifts by a pixel
    yield row("per_axis", (2, 4, 5, 3), 3, (3, 5), stride=(3, 2), padding=(0, 2), output_padding=(2, 0))
    yield row("stride_beyond_kernel", (2, 3, 4, 5), 3, (2, 1), stride=(3, 4), output_padding=(1, 2))
    yield row("dilation", (2, 3, 4, 5), 3, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(2, 3))
    yield row("padding_beyond_reach", (2, 3, 6, 7), 4, (3, 2), stride=(2, 2), padding=(3, 2))  # lo and hi negative
    yield row("groups", (2, 6, 4, 5), 9, (3, 2), stride=(2, 2), groups=3)
    yield row("groups_dilation_output_padding", (2, 4, 5, 4), 6, (2, 3), stride=(3, 2), padding=(1, 2),
              output_padding=(2, 1), groups=2, dilation=(2, 2))
    yield row("depthwise", (2, 5, 4, 6), 5, (4, 4), stride=(2, 2), padding=(1, 1), groups=5, bias=False)
    yield row("depthwise_multiplier", (2, 3, 4, 5), 6, (3, 3), stride=(1, 2), groups=3)
    yield row("pointwise", (2, 5, 4, 3), 3, (1, 1), stride=(2, 2), bias=False)

    case = Case("conv_transpose2d/as_traced")
    x = case.input(2, 4, 5, 3)
    weight, bias = case.parameter("up.weight", 4, 3, 3, 3), case.parameter("up.bias", 6)
    yield case.output(case.call("up", "_convolution", x, weight, bias, [2, 2], [1, 0], [1, 1], True, [1, 0], 2,
                                False, False, True, True))


def max_pool2d():
    """Padding is minus infinity, and the stride defaults to the kernel."""
    def row(title, shape, *arguments):
        return one("max_pool2d", title, lambda c, x: c.call("pool", "max_pool2d", x, *arguments), *shape)

    yield row("kernel_2", (2, 3, 8, 6), [2, 2], [2, 2])
    yield row("stride_is_kernel", (2, 3, 9, 8), [3, 2], [])
    yield row("stride_1", (2, 3, 5, 6), [2, 3], [1, 1])
    yield row("padding_of_minus_infinity", (2, 3, 8, 7), [3, 3], [2, 2], [1, 1])
    yield row("per_axis", (2, 3, 9, 11), [3, 2], [2, 3], [1, 0])
    yield row("dilation", (2, 3, 10, 9), [3, 2], [2, 1], [1, 1], [2, 3])
    yield row("ceil", (2, 3, 8, 7), [3, 2], [2, 2], [0, 0], [1, 1], True)
    yield row("ceil_drops_a_window_in_the_padding", (2, 3, 5, 8), [2, 2], [3, 3], [1, 1], [1, 1], True)
    yield row("ceil_dilation", (2, 3, 9, 8), [2, 3], [3, 2], [1, 1], [3, 2], True)

    def negative(c, x):
        shifted = c.call("", "sub", c.conv(x, 3, 4), 30)  # all negative: padding of zero would win
        return c.call("pool", "max_pool2d", shifted, [3, 3], [2, 2], [1, 1])
    yield one("max_pool2d", "negative_everywhere", negative, 2, 3, 8, 7)


def avg_pool2d():
    """Divisors: the explicit padding counts or not; what ceil mode adds behind it never counts."""
    def row(title, shape, *arguments):
        return one("avg_pool2d", title, lambda c, x: c.call("pool", "avg_pool2d", x, *arguments), *shape)

    yield row("kernel_2", (2, 3, 8, 6), [2, 2])
    yield row("stride_per_axis", (2, 3, 9, 8), [3, 2], [2, 3])
    yield row("counting_padding", (2, 3, 7, 6), [3, 3], [2, 2], [1, 1], False, True)
    yield row("not_counting_padding", (2, 3, 7, 6), [3, 3], [2, 2], [1, 1], False, False)
    yield row("ceil_counting_padding", (2, 3, 6, 8), [3, 3], [2, 2], [1, 1], True, True)
    yield row("ceil_not_counting_padding", (2, 3, 6, 8), [3, 3], [2, 2], [1, 1], True, False)
    yield row("ceil_without_padding", (2, 3, 8, 7), [3, 2], [2, 2], [0, 0], True, True)
    yield row("large_window", (2, 3, 21, 37), [19, 31], [1, 3])  # of more elements than one chain of additions has
    yield row("ceil_drops_a_window", (2, 3, 5, 8), [2, 2], [3, 3], [1, 1], True, True)
    yield row("divisor", (2, 3, 7, 6), [3, 2], [2, 2], [1, 1], False, True, 5)
    yield row("ceil_divisor", (2, 3, 6, 8), [3, 3], [2, 2], [1, 1], True, False, 7)


def adaptive_avg_pool2d():
    """Windows from floor to ceiling: they overlap where the size does not divide."""
    def row(title, shape, size):
        return one("adaptive_avg_pool2d", title, lambda c, x: c.call("pool", "adaptive_avg_pool2d", x, size), *shape)

    yield row("to_one", (2, 5, 7, 6), [1, 1])
    yield row("divides", (2, 3, 8, 9), [4, 3])
    yield row("does_not_divide", (2, 3, 10, 11), [7, 4])
    yield row("grows", (2, 3, 4, 5), [7, 7])
    yield row("same_size", (2, 3, 5, 4), [5, 4])


def conv1d():
    """Sequences: Flax's kernel is (w, i, o), and a sequence stands as (n, w, c)."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv1d", title, lambda c, x: c.conv(x, shape[-2], outputs, kernel, **options), *shape)

    yield row("same_channels", (2, 4, 9), 4, (3, ))  # no transposition of the kernel changes a shape
    yield row("length_equals_channels", (2, 5, 5), 3, (3, ), padding=(1, ))  # a sequence not turned fits all the same
    yield row("even_kernel_padding_1", (2, 3, 10), 5, (4, ), padding=(1, ))
    yield row("no_bias", (2, 3, 7), 4, (5, ), bias=False)
    yield row("pointwise", (2, 5, 11), 3, (1, ))
    yield row("stride_2_padding_1_even_size", (2, 3, 10), 4, (3, ), stride=(2, ), padding=(1, ))  # SAME: (0, 1)
    yield row("stride_5_kernel_10", (2, 1, 43), 6, (10, ), stride=(5, ))  # as wav2vec begins
    yield row("dilation", (2, 3, 13), 4, (3, ), padding=(4, ), dilation=(4, ))
    yield row("dilation_with_stride", (2, 3, 14), 4, (2, ), stride=(3, ), padding=(2, ), dilation=(5, ))
    yield row("groups", (2, 6, 8), 9, (3, ), padding=(1, ), groups=3)
    yield row("depthwise", (2, 19, 12), 19, (5, ), padding=(2, ), groups=19)
    yield row("depthwise_multiplier", (2, 4, 9), 12, (2, ), groups=4)
    yield row("same_even_kernel", (2, 3, 9), 4, (4, ), padding="same")  # the extra element goes behind
    yield row("same_even_kernel_dilated", (2, 3, 11), 4, (2, ), padding="same", dilation=(3, ))
    yield row("valid", (2, 3, 9), 4, (4, ), padding="valid", stride=(2, ))
    yield row("without_a_batch", (3, 9), 4, (3, ), padding=(1, ))
    yield row("many_channels", (2, 37, 17), 41, (3, ), padding=(1, ))  # more than a tile, and not a multiple of it

    def net(c, x):
        first = c.call("", "relu", c.batch_norm(c.conv(x, 3, 5, (3, ), padding=(1, ), name="conv1"), 5, name="bn1"))
        second = c.conv(first, 5, 5, (4, ), padding=(3, ), dilation=(2, ), name="conv2")
        return c.call("", "add", second, first)
    yield one("conv1d", "residual_with_batch_norm", net, 2, 3, 12)

    def gated(c, y, gate):  # a tail of more than one function: one that the sums end with, and others after it
        return c.call("", "tanh", c.call("", "mul", c.call("", "relu", y), c.call("", "sigmoid", gate)))
    yield one("linear", "with_long_tail",
              lambda c, x: gated(c, c.linear(x, 300, 130), c.linear(x, 300, 130, name="gate")), 7, 300)
    yield one("conv2d", "winograd_with_long_tail", lambda c, x: gated(
        c, c.conv(x, 40, 40, padding=(1, 1)), c.conv(x, 40, 40, (1, 1), name="gate")), 1, 40, 7, 9)

    def scaled(c, x):  # one function after the one that the sums end with
        y = c.call("", "relu", c.linear(x, 300, 130))
        return c.call("", "mul", y, c.call("", "sigmoid", c.linear(x, 300, 130, name="gate")))
    yield one("linear", "with_one_more_after_relu", scaled, 7, 300)

    def beside(c, x):  # what the sums are of is added to them: their memory is not free before the last is made
        x = c.call("", "relu", x)
        return c.call("", "add", c.conv(x, 40, 40, (1, 1)), x)
    yield one("conv2d", "added_to_what_it_reads", beside, 2, 40, 5, 7)

    def neighbours(c, x):  # one value that others read beside a window that wants zeros around it
        a = c.conv(x, 3, 4, (3, ), padding=(1, ), name="conv1")
        b = c.conv(a, 4, 4, (5, ), padding=(2, ), name="conv2")
        b = c.call("", "add", b, c.call("", "softmax", a, 1))
        b = c.call("", "add", b, c.call("", "softmax", a, -1))
        b = c.call("", "add", b, c.call("", "mean", a, [2], True))
        b = c.call("", "add", b, c.layer_norm(a, 7))
        b = c.call("", "add", b, c.batch_norm(a, 4))
        b = c.call("", "add", b, c.linear(a, 7, 7))
        both = c.call("", "cat", [b, a, c.call("", "max_pool1d", a, [3], [1], [1])], 1)
        products = c.call("", "matmul", a, c.call("", "transpose", a, 1, 2))
        tail = c.call("", "slice", a, 2, 3, 6, 1)
        return a, both, products, tail, c.call("", "flatten", a, 1)
    case = Case("conv1d/read_by_neighbours")
    yield case.output(*neighbours(case, case.input(2, 3, 7)))

    def flattened(c, x):
        y = c.call("pool", "max_pool1d", c.conv(x, 3, 4, (3, )), [2], [2], [0], [1], False)
        return c.linear(c.call("", "flatten", y, 1), 4 * 5, 6)
    yield one("conv1d", "flatten_linear", flattened, 2, 3, 12)

    def tokens(c, x):  # a feed-forward block that convolves over the tokens of (n, w, c)
        y = c.conv(c.call("", "transpose", x, 1, 2), 5, 7, (3, ), padding=(1, ))
        return c.layer_norm(c.call("", "transpose", y, 1, 2), 7)
    yield one("conv1d", "between_transposes", tokens, 2, 6, 5)

    case = Case("conv1d/as_traced")
    x = case.input(2, 3, 11)
    weight, bias = case.parameter("conv.weight", 4, 3, 3), case.parameter("conv.bias", 4)
    yield case.output(case.call("conv", "_convolution", x, weight, bias, [2], [1], [1], False, [0], 1,
                                False, False, True, True))


def conv3d():
    """Volumes: the depth is an axis like the others, and no axis may be taken for another."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv3d", title, lambda c, x: c.conv(x, shape[-4], outputs, kernel, **options), *shape)

    yield row("same_channels_cube", (2, 4, 5, 6, 4), 4, (3, 3, 3))  # no transposition of the kernel changes a shape
    yield row("oblong_kernel", (2, 3, 5, 7, 6), 4, (2, 3, 4))
    yield row("padding_per_axis", (2, 3, 4, 5, 6), 5, (3, 2, 4), padding=(2, 0, 1))
    yield row("no_bias", (2, 3, 4, 6, 5), 4, (1, 3, 2), bias=False)
    yield row("planes_alone", (2, 3, 4, 6, 5), 4, (1, 3, 3), padding=(0, 1, 1))  # as R(2+1)D and S3D split it
    yield row("depth_alone", (2, 5, 6, 4, 3), 4, (3, 1, 1), padding=(1, 0, 0))
    yield row("pointwise", (2, 5, 3, 4, 2), 3, (1, 1, 1))
    yield row("stride_per_axis", (2, 3, 6, 9, 8), 4, (3, 3, 5), stride=(1, 2, 3), padding=(1, 0, 2))
    yield row("stride_2_padding_1_even_size", (2, 3, 6, 8, 10), 4, (3, 3, 3), stride=(2, 2, 2), padding=(1, 1, 1))
    yield row("dilation_per_axis", (2, 3, 7, 6, 8), 4, (3, 2, 3), padding=(2, 1, 0), dilation=(2, 3, 1))
    yield row("groups", (2, 6, 4, 5, 3), 9, (2, 3, 3), padding=(1, 1, 1), groups=3)
    yield row("depthwise", (2, 5, 4, 6, 5), 5, (3, 3, 3), padding=(1, 1, 1), groups=5)
    yield row("depthwise_planes", (2, 19, 3, 5, 6), 19, (1, 3, 3), padding=(0, 1, 1), groups=19)
    yield row("depthwise_multiplier", (2, 3, 4, 5, 3), 6, (2, 2, 3), groups=3)
    yield row("same_even_kernel", (2, 3, 5, 4, 6), 4, (2, 4, 3), padding="same")  # the extra element goes behind
    yield row("valid", (2, 3, 5, 4, 6), 4, (2, 3, 1), padding="valid", stride=(2, 1, 1))
    yield row("without_a_batch", (3, 4, 5, 6), 4, (3, 3, 2), padding=(1, 1, 0))
    yield row("many_channels", (2, 37, 3, 4, 5), 41, (3, 3, 3), padding=(1, 1, 1))

    def net(c, x):
        first = c.call("", "relu", c.batch_norm(
            c.conv(x, 3, 5, (3, 3, 3), padding=(1, 1, 1), name="conv1"), 5, name="bn1"))
        second = c.conv(first, 5, 5, (1, 3, 5), padding=(0, 1, 2), name="conv2")
        return c.call("", "add", second, first)
    yield one("conv3d", "residual_with_batch_norm", net, 2, 3, 4, 5, 6)

    def padded(c, x):  # zeros of each around what lay there before was something else
        a = c.conv(x, 3, 6, (3, 3, 3), padding=(1, 1, 1), name="conv1")
        a = c.conv(a, 6, 5, (3, 5, 3), stride=(1, 2, 1), padding=(1, 2, 1), name="conv2")
        a = c.conv(a, 5, 7, (3, 3, 3), stride=(2, 1, 2), padding=(1, 1, 1), name="conv3")
        return c.conv(a, 7, 4, (3, 3, 5), padding=(1, 1, 2), name="conv4")
    yield one("conv3d", "padded_one_after_another", padded, 2, 3, 5, 6, 7)

    def block(c, x):  # an inverted bottleneck of clips, gated: all of it is the tail of a depthwise convolution
        a = c.conv(x, 3, 37, (1, 1, 1), name="expand")
        gate = c.call("", "sigmoid", c.call("", "mean", a, [2, 3, 4], True))
        b = c.batch_norm(c.conv(a, 37, 37, (3, 3, 3), padding=(1, 1, 1), groups=37, bias=False, name="depth"), 37)
        return c.call("", "hardswish", c.call("", "add", c.call("", "mul", b, gate), a))
    yield one("conv3d", "depthwise_with_tail", block, 2, 3, 3, 4, 9)

    def neighbours(c, x):  # one value that others read beside a window that wants zeros around it
        a = c.conv(x, 3, 4, (1, 3, 3), padding=(0, 1, 1), name="conv1")
        b = c.conv(a, 4, 4, (3, 3, 5), padding=(1, 1, 2), name="conv2")
        b = c.call("", "add", b, c.call("", "softmax", a, 1))
        b = c.call("", "add", b, c.call("", "softmax", a, 2))
        b = c.call("", "add", b, c.call("", "mean", a, [2, 3, 4], True))
        b = c.call("", "add", b, c.call("", "mean", a, [1, 3], True))
        b = c.call("", "add", b, c.layer_norm(a, 5, 6))
        b = c.call("", "add", b, c.batch_norm(a, 4))
        b = c.call("", "add", b, c.linear(a, 6, 6))
        both = c.call("", "cat", [b, a, c.call("", "max_pool3d", a, [3, 1, 3], [1, 1, 1], [1, 0, 1])], 1)
        whole = c.call("", "adaptive_avg_pool3d", a, [1, 1, 1])
        tail = c.call("", "slice", a, 2, 1, 3, 1)
        return a, both, whole, tail, c.call("", "flatten", a, 1)
    case = Case("conv3d/read_by_neighbours")
    yield case.output(*neighbours(case, case.input(2, 3, 3, 5, 6)))

    def flattened(c, x):
        y = c.call("pool", "max_pool3d", c.conv(x, 2, 3, (2, 3, 3)), [1, 2, 2], [2, 2, 1], [0, 0, 0], [1, 1, 1], False)
        return c.linear(c.call("", "flatten", y, 1), 3 * 2 * 2 * 3, 5)
    yield one("conv3d", "flatten_linear", flattened, 2, 2, 4, 6, 6)

    case = Case("conv3d/as_traced")
    x = case.input(2, 3, 4, 6, 5)
    weight, bias = case.parameter("conv.weight", 4, 3, 3, 2, 3), case.parameter("conv.bias", 4)
    yield case.output(case.call("conv", "_convolution", x, weight, bias, [2, 1, 1], [1, 0, 2], [1, 2, 1], False,
                                [0, 0, 0], 1, False, False, True, True))
    case = Case("conv3d/same_as_traced")
    x = case.input(2, 3, 4, 6, 5)
    weight, bias = case.parameter("conv.weight", 4, 3, 2, 3, 4), case.parameter("conv.bias", 4)
    yield case.output(case.call("conv", "_convolution_mode", x, weight, bias, [1, 1, 1], "same", [1, 1, 1], 1))


def conv_transpose1d():
    """The rule of conv_transpose2d along one axis."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv_transpose1d", title,
                   lambda c, x: c.conv_transpose(x, shape[-2], outputs, kernel, **options), *shape)

    yield row("kernel_2_stride_2", (2, 4, 5), 3, (2, ), stride=(2, ))
    yield row("same_channels", (2, 4, 6), 4, (3, ))  # in and out can be swapped unnoticed
    yield row("kernel_16_stride_8_padding_4", (2, 3, 5), 2, (16, ), stride=(8, ), padding=(4, ))  # as a vocoder
    yield row("output_padding", (2, 4, 5), 3, (3, ), stride=(2, ), padding=(1, ), output_padding=(1, ))
    yield row("stride_beyond_kernel", (2, 3, 4), 3, (2, ), stride=(4, ), output_padding=(2, ))
    yield row("dilation", (2, 3, 6), 3, (3, ), stride=(2, ), padding=(1, ), dilation=(3, ))
    yield row("padding_beyond_reach", (2, 3, 7), 4, (3, ), stride=(2, ), padding=(3, ))  # lo and hi negative
    yield row("groups", (2, 6, 5), 9, (3, ), stride=(2, ), groups=3)
    yield row("depthwise", (2, 5, 6), 5, (4, ), stride=(2, ), padding=(1, ), groups=5, bias=False)
    yield row("without_a_batch", (4, 5), 3, (3, ), stride=(2, ))

    case = Case("conv_transpose1d/as_traced")
    x = case.input(2, 4, 5)
    weight, bias = case.parameter("up.weight", 4, 3, 3), case.parameter("up.bias", 6)
    yield case.output(case.call("up", "_convolution", x, weight, bias, [2], [1], [1], True, [1], 2,
                                False, False, True, True))


def conv_transpose3d():
    """The rule of conv_transpose2d along three axes."""
    def row(title, shape, outputs, kernel, **options):
        return one("conv_transpose3d", title,
                   lambda c, x: c.conv_transpose(x, shape[-4], outputs, kernel, **options), *shape)

    yield row("kernel_2_stride_2", (2, 4, 3, 2, 4), 3, (2, 2, 2), stride=(2, 2, 2))
    yield row("same_channels_cube", (2, 4, 3, 5, 2), 4, (3, 3, 3))  # in and out can be swapped unnoticed
    yield row("per_axis", (2, 4, 2, 5, 3), 3, (2, 3, 5), stride=(1, 3, 2), padding=(1, 0, 2),
              output_padding=(0, 2, 1))
    yield row("output_padding_of_the_depth", (2, 3, 3, 2, 4), 3, (3, 1, 2), stride=(3, 2, 1),
              output_padding=(2, 1, 0))
    yield row("dilation", (2, 3, 3, 4, 3), 3, (2, 3, 2), stride=(2, 1, 2), padding=(1, 2, 0), dilation=(3, 2, 1))
    yield row("padding_beyond_reach", (2, 2, 5, 4, 6), 3, (3, 2, 1), stride=(2, 2, 2), padding=(3, 2, 1))
    yield row("groups", (2, 6, 2, 3, 4), 9, (2, 3, 2), stride=(2, 1, 2), groups=3)
    yield row("depthwise", (2, 5, 3, 2, 4), 5, (4, 2, 4), stride=(2, 2, 2), padding=(1, 0, 1), groups=5, bias=False)
    yield row("without_a_batch", (4, 3, 2, 5), 3, (2, 3, 2), stride=(2, 1, 2))

    case = Case("conv_transpose3d/as_traced")
    x = case.input(2, 4, 3, 2, 4)
    weight, bias = case.parameter("up.weight", 4, 3, 2, 3, 3), case.parameter("up.bias", 6)
    yield case.output(case.call("up", "_convolution", x, weight, bias, [2, 1, 2], [1, 0, 1], [1, 1, 1], True,
                                [1, 0, 0], 2, False, False, True, True))


def max_pool1d():
    """The rules of max_pool2d along one axis."""
    def row(title, shape, *arguments):
        return one("max_pool1d", title, lambda c, x: c.call("pool", "max_pool1d", x, *arguments), *shape)

    yield row("stride_is_kernel", (2, 3, 10), [3], [])
    yield row("padding_of_minus_infinity", (2, 3, 9), [3], [2], [1])
    yield row("dilation", (2, 3, 11), [3], [2], [1], [3])
    yield row("ceil", (2, 3, 8), [3], [2], [0], [1], True)
    yield row("ceil_drops_a_window_in_the_padding", (2, 3, 5), [2], [3], [1], [1], True)
    yield row("without_a_batch", (3, 8), [2], [2])
    yield row("many_channels", (2, 37, 9), [3], [1], [1])


def max_pool3d():
    """The rules of max_pool2d along three axes."""
    def row(title, shape, *arguments):
        return one("max_pool3d", title, lambda c, x: c.call("pool", "max_pool3d", x, *arguments), *shape)

    yield row("stride_is_kernel", (2, 3, 4, 7, 6), [2, 3, 2], [])
    yield row("planes_alone", (2, 3, 3, 6, 8), [1, 3, 3], [1, 2, 2], [0, 1, 1])  # as I3D and S3D begin
    yield row("padding_of_minus_infinity", (2, 3, 5, 6, 7), [3, 3, 2], [2, 1, 2], [1, 1, 0])
    yield row("dilation_per_axis", (2, 3, 6, 7, 5), [2, 3, 2], [1, 2, 1], [1, 1, 0], [3, 2, 1])
    yield row("ceil", (2, 3, 4, 7, 6), [3, 2, 3], [2, 2, 2], [0, 0, 1], [1, 1, 1], True)
    yield row("without_a_batch", (3, 4, 6, 5), [2, 2, 3], [2, 2, 1])

    def negative(c, x):
        shifted = c.call("", "sub", c.conv(x, 3, 3, (1, 1, 1)), 30)  # all negative: padding of zero would win
        return c.call("pool", "max_pool3d", shifted, [3, 3, 3], [2, 2, 2], [1, 1, 1])
    yield one("max_pool3d", "negative_everywhere", negative, 2, 3, 4, 5, 6)


def avg_pool1d():
    """The divisors of avg_pool2d along one axis, where none may be given."""
    def row(title, shape, *arguments):
        return one("avg_pool1d", title, lambda c, x: c.call("pool", "avg_pool1d", x, *arguments), *shape)

    yield row("kernel_4", (2, 3, 12), [4])
    yield row("counting_padding", (2, 3, 7), [3], [2], [1], False, True)
    yield row("not_counting_padding", (2, 3, 7), [3], [2], [1], False, False)
    yield row("ceil_counting_padding", (2, 3, 6), [3], [2], [1], True, True)
    yield row("ceil_not_counting_padding", (2, 3, 6), [3], [2], [1], True, False)
    yield row("without_a_batch", (3, 9), [3], [2])


def avg_pool3d():
    """The divisors of avg_pool2d along three axes: a corner of the padding is three axes' padding."""
    def row(title, shape, *arguments):
        return one("avg_pool3d", title, lambda c, x: c.call("pool", "avg_pool3d", x, *arguments), *shape)

    yield row("kernel_per_axis", (2, 3, 4, 7, 6), [2, 7, 3])
    yield row("counting_padding", (2, 3, 4, 7, 6), [3, 3, 2], [2, 1, 2], [1, 1, 0], False, True)
    yield row("not_counting_padding", (2, 3, 4, 7, 6), [3, 3, 2], [2, 1, 2], [1, 1, 1], False, False)
    yield row("ceil_counting_padding", (2, 3, 4, 6, 8), [3, 3, 3], [2, 2, 2], [1, 1, 1], True, True)
    yield row("ceil_not_counting_padding", (2, 3, 4, 6, 8), [3, 3, 3], [2, 2, 2], [1, 1, 1], True, False)
    yield row("divisor", (2, 3, 4, 5, 6), [2, 3, 2], [1, 2, 2], [1, 1, 0], False, True, 5)
    yield row("ceil_divisor", (2, 3, 4, 6, 8), [3, 3, 3], [2, 2, 2], [1, 1, 1], True, False, 7)
    yield row("without_a_batch", (3, 4, 5, 6), [2, 3, 2], [1, 1, 2])


def adaptive_avg_pool1d():
    """The windows of adaptive_avg_pool2d along one axis."""
    def row(title, shape, size):
        return one("adaptive_avg_pool1d", title, lambda c, x: c.call("pool", "adaptive_avg_pool1d", x, size), *shape)

    yield row("to_one", (2, 5, 19), [1])
    yield row("does_not_divide", (2, 3, 11), [4])
    yield row("grows", (2, 3, 4), [7])
    yield row("without_a_batch", (3, 10), [4])


def adaptive_avg_pool3d():
    """The windows of adaptive_avg_pool2d along three axes."""
    def row(title, shape, size):
        return one("adaptive_avg_pool3d", title, lambda c, x: c.call("pool", "adaptive_avg_pool3d", x, size), *shape)

    yield row("to_one", (2, 5, 3, 7, 6), [1, 1, 1])
    yield row("depth_kept", (2, 3, 4, 5, 6), [4, 1, 1])
    yield row("does_not_divide", (2, 3, 5, 7, 8), [2, 3, 5])
    yield row("grows", (2, 3, 2, 3, 4), [3, 5, 7])
    yield row("without_a_batch", (3, 4, 6, 5), [2, 2, 3])

    def tail(c, x):  # the end of a network of clips
        y = c.call("pool", "adaptive_avg_pool3d", c.conv(x, 3, 7, (3, 3, 3), padding=(1, 1, 1)), [1, 1, 1])
        return c.linear(c.call("", "flatten", y, 1), 7, 5)
    yield one("adaptive_avg_pool3d", "before_linear", tail, 2, 3, 4, 5, 6)
