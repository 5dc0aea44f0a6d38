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
