"""Cases of weights that are computed while running, or come as inputs: no leaf of Flax's tree holds them."""
from case import Case


def scaled(case, name, *shape):
    """A parameter times an input that differs along its first axis."""
    factor = case.input(shape[0], *(1, ) * (len(shape) - 1), name=f"{name}_factor")
    return case.call("", "mul", case.parameter(f"{name}.weight", *shape), factor)


def positive(case, value):
    """What can be a variance."""
    return case.call("", "add", case.call("", "mul", value, value), 0.25)


def conv(case, x, weight, bias=None, axes=2, padding=0, stride=1, dilation=1, groups=1):
    """conv1d to conv3d of values."""
    return case.call("conv", f"conv{axes}d", x, weight, bias, [stride] * axes, [padding] * axes, [dilation] * axes,
                     groups)


def convolutions():
    """A kernel is read as whoever computed it left it, in PyTorch's axes."""
    def row(title, shape, kernel, axes=2, **options):
        case = Case(f"conv{axes}d/{title}")
        x = case.input(*shape)
        return case.output(conv(case, x, scaled(case, "kernel", *kernel), axes=axes, **options))

    yield row("computed_kernel", (2, 3, 7, 5), (4, 3, 3, 2))
    yield row("computed_kernel_square", (2, 4, 6, 6), (4, 4, 3, 3), padding=1)
    yield row("computed_kernel_strided", (2, 3, 9, 10), (5, 3, 3, 3), padding=1, stride=2)
    yield row("computed_kernel_dilated", (2, 3, 9, 10), (5, 3, 2, 3), padding=2, dilation=2)
    yield row("computed_kernel_groups", (2, 6, 7, 5), (9, 2, 3, 3), padding=1, groups=3)
    yield row("computed_kernel_depthwise", (2, 19, 9, 8), (19, 1, 3, 3), padding=1, groups=19)
    yield row("computed_kernel_depthwise_stride_2", (2, 5, 9, 8), (5, 1, 5, 3), padding=2, stride=2, groups=5)
    yield row("computed_kernel_depthwise_multiplier", (2, 4, 7, 6), (12, 1, 2, 3), groups=4)
    yield row("computed_kernel_many_channels", (2, 37, 5, 6), (71, 37, 3, 3), padding=1)
    yield row("computed_kernel_narrow", (2, 67, 9, 3), (34, 67, 3, 2))  # rows too short for a tile
    yield row("computed_kernel_wide", (1, 3, 40, 41), (2, 3, 3, 3), padding=1)  # one panel, which threads share
    yield row("computed_kernel", (2, 3, 11), (4, 3, 3), axes=1, padding=1)
    yield row("computed_kernel_groups", (2, 6, 11), (4, 3, 4), axes=1, stride=2, groups=2)
    yield row("computed_kernel", (2, 3, 5, 7, 6), (4, 3, 2, 3, 2), axes=3, padding=1)
    yield row("computed_kernel_depthwise", (2, 5, 5, 6, 7), (5, 1, 3, 2, 3), axes=3, padding=1, groups=5)

    case = Case("conv2d/kernel_and_bias_as_inputs")
    x, kernel, bias = case.input(2, 3, 7, 5), case.input(4, 3, 2, 3, name="kernel"), case.input(4, name="bias")
    yield case.output(conv(case, x, kernel, bias))

    case = Case("conv2d/computed_bias")  # the kernel is a parameter
    x, factor = case.input(2, 3, 7, 5), case.input(4, name="factor")
    bias = case.call("", "mul", case.parameter("bias", 4), factor)
    yield case.output(case.call("", "relu", conv(case, x, case.parameter("conv.weight", 4, 3, 3, 3), bias, padding=1)))

    case = Case("conv2d/computed_bias_before_norm_and_sum")  # a norm cannot take that bias into its mean
    x, bias, other = case.input(2, 3, 7, 5), case.input(4, name="bias"), case.input(2, 4, 7, 5, name="other")
    y = conv(case, x, case.parameter("conv.weight", 4, 3, 3, 3), bias, padding=1)
    yield case.output(case.call("", "relu", case.call("", "add", case.batch_norm(y, 4), other)))

    case = Case("conv2d/computed_kernel_before_norm")  # which takes the bias into its mean
    x = case.input(2, 3, 7, 5)
    y = conv(case, x, scaled(case, "kernel", 5, 3, 3, 3), case.parameter("conv.bias", 5), padding=1)
    yield case.output(case.call("", "silu", case.batch_norm(y, 5)))

    case = Case("conv2d/modulated")  # a kernel for each image, images as groups: StyleGAN2
    x, style, weight = case.input(2, 4, 6, 5), case.input(2, 4, name="style"), case.parameter("weight", 6, 4, 3, 3)
    style = case.call("", "reshape", style, [2, 1, 4, 1, 1])
    weight = case.call("", "mul", case.call("", "unsqueeze", weight, 0), style)
    norm = case.call("", "sum", case.call("", "pow", weight, 2), [2, 3, 4], True)
    norm = case.call("", "rsqrt", case.call("", "add", norm, 1e-8))
    weight = case.call("", "reshape", case.call("", "mul", weight, norm), [12, 4, 3, 3])
    y = conv(case, case.call("", "reshape", x, [1, 8, 6, 5]), weight, padding=1, groups=2)
    yield case.output(case.call("", "reshape", y, [2, 6, 6, 5]))

    case = Case("conv2d/kernel_of_a_part")  # whose elements lie apart
    x, kernels = case.input(2, 3, 7, 5), case.input(4, 7, 3, 6, name="kernels")
    kernel = case.call("", "slice", case.call("", "slice", kernels, 1, 2, 5, 1), 3, 0, 6, 2)
    yield case.output(conv(case, x, kernel))

    case = Case("conv2d/kernel_of_a_reshaped_parameter")
    x = case.input(2, 3, 7, 5)
    yield case.output(conv(case, x, case.call("", "reshape", case.parameter("weight", 4, 18), [4, 3, 3, 2])))

    case = Case("conv2d/kernel_permuted_twice")  # stored, in two moves whose order matters; and a map beside it
    x = case.input(2, 3, 7, 5)
    kernel = case.call("", "permute", case.parameter("weight", 3, 2, 4, 3), [2, 0, 1, 3])
    y = conv(case, x, case.call("", "permute", kernel, [0, 1, 3, 2]))
    beside = case.call("", "permute", case.parameter("beside", 3, 3, 4), [2, 0, 1])
    other = case.call("", "permute", case.call("", "permute", case.parameter("other", 3, 3, 4), [2, 0, 1]), [0, 2, 1])
    y = case.call("", "slice", case.call("", "slice", y, 2, 0, 3, 1), 3, 0, 3, 1)
    yield case.output(case.call("", "mul", case.call("", "add", y, beside), other))

    case = Case("conv2d/kernel_also_permuted")  # stored for the layer, read by another in an order of its own
    x, factor = case.input(2, 3, 7, 5), case.input(3, 1, 1, 1, name="factor")
    weight = case.parameter("conv.weight", 4, 3, 2, 3)
    turned = case.call("", "permute", weight, [1, 2, 3, 0])
    yield case.output(conv(case, x, weight), case.call("", "mul", turned, factor))

    case = Case("conv2d/kernel_also_as_it_lies")  # stored for the layer, read by another as PyTorch has it
    x, factor = case.input(2, 3, 7, 5), case.input(4, 1, 1, 1, name="factor")
    weight = case.parameter("conv.weight", 4, 3, 2, 3)
    yield case.output(conv(case, x, weight), case.call("", "mul", weight, factor))

    case = Case("conv2d/kernel_permuted")
    x, kernel = case.input(2, 3, 7, 5), case.input(3, 2, 3, 4, name="kernel")
    kernel = case.call("", "permute", case.call("", "tanh", kernel), [3, 2, 0, 1])
    yield case.output(conv(case, x, kernel))

    case = Case("conv2d/kernel_expanded")  # the same for all input channels
    x, kernel = case.input(2, 3, 7, 5), case.input(4, 1, 3, 2, name="kernel")
    yield case.output(conv(case, x, case.call("", "expand", kernel, [4, 3, -1, -1])))

    case = Case("conv2d/kernel_that_is_an_image")  # with zeros around it, for a window that reads it
    x, kernel = case.input(2, 3, 7, 5), case.input(4, 3, 3, 2, name="kernel")
    kernel = case.call("", "relu", kernel)
    yield case.output(conv(case, x, kernel), case.conv(kernel, 3, 2, padding=(1, 1), name="of_kernel"))

    case = Case("conv2d/image_with_itself")
    x = case.input(2, 3, 4, 5)
    yield case.output(conv(case, x, x, padding=2))

    case = Case("conv2d/computed_kernel_between_convs")  # no chain of bands takes it
    x = case.conv(case.input(2, 3, 9, 8), 3, 6, (1, 1))
    x = conv(case, x, scaled(case, "kernel", 6, 1, 3, 3), padding=1, groups=6)
    yield case.output(case.conv(x, 6, 4, (1, 1), name="next"))


def transposed_convolutions():
    """The kernel's input channels come first, groups among them; nothing is reversed."""
    def row(title, shape, kernel, axes=2, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        case = Case(f"conv_transpose{axes}d/{title}")
        x = case.input(*shape)
        return case.output(case.call(
            "up", f"conv_transpose{axes}d", x, scaled(case, "kernel", *kernel), None, [stride] * axes,
            [padding] * axes, [output_padding] * axes, groups, [dilation] * axes))

    yield row("computed_kernel", (2, 4, 5, 3), (4, 3, 3, 2))
    yield row("computed_kernel_stride_2", (2, 4, 5, 3), (4, 3, 3, 4), stride=2, padding=1, output_padding=1)
    yield row("computed_kernel_groups", (2, 6, 4, 5), (6, 3, 3, 2), stride=2, groups=3)
    yield row("computed_kernel_depthwise", (2, 5, 4, 6), (5, 1, 4, 4), stride=2, padding=1, groups=5)
    yield row("computed_kernel_many_channels", (2, 37, 4, 3), (37, 41, 2, 3), stride=2)
    yield row("computed_kernel_stride_beyond_kernel", (2, 3, 4, 5), (3, 3, 2, 1), stride=3)
    yield row("computed_kernel_groups", (2, 4, 7), (4, 3, 3), axes=1, stride=2, padding=1, groups=2)
    yield row("computed_kernel_groups", (2, 4, 3, 4, 3), (4, 2, 3, 2, 3), axes=3, stride=2, padding=1, groups=2)

    case = Case("conv_transpose2d/kernel_and_bias_as_inputs")
    x, kernel, bias = case.input(2, 3, 4, 5), case.input(3, 4, 2, 3, name="kernel"), case.input(4, name="bias")
    yield case.output(case.call("up", "conv_transpose2d", x, kernel, bias, [2, 2], [1, 1], [0, 0], 1, [1, 1]))


def products():
    """linear and addmm of values."""
    case = Case("linear/computed_kernel")
    x = case.input(3, 5, 7)
    yield case.output(case.call("fc", "linear", x, scaled(case, "kernel", 45, 7), case.parameter("fc.bias", 45)))

    case = Case("linear/kernel_and_bias_as_inputs")
    x, kernel, bias = case.input(3, 67), case.input(5, 67, name="kernel"), case.input(5, name="bias")
    yield case.output(case.call("", "gelu", case.call("fc", "linear", x, kernel, bias)))

    case = Case("linear/computed_kernel_after_flatten")  # no fold moves it
    x = case.call("", "flatten", case.conv(case.input(2, 3, 5, 4), 3, 4), 1, 3)
    yield case.output(case.call("fc", "linear", x, scaled(case, "kernel", 5, 24), None))

    case = Case("linear/stored_and_computed_kernels_after_flatten")
    x = case.call("", "relu", case.call("", "flatten", case.conv(case.input(2, 3, 5, 4), 3, 4), 1, 3))
    yield case.output(case.call("fc", "linear", x, scaled(case, "kernel", 5, 24), None),
                      case.linear(x, 24, 3, name="stored"))

    case = Case("linear/kernel_of_images")  # channels last
    x = case.input(3, 5)
    kernel = case.call("", "select", case.call("", "select", case.conv(case.input(4, 2, 6, 7, name="y"), 2, 5), 3, 2),
                       2, 1)
    yield case.output(case.call("fc", "linear", x, kernel, None))

    case = Case("linear/computed_addmm")
    x, factor, bias = case.input(3, 7), case.input(5, 1, name="factor"), case.input(5, name="bias")
    weight = case.call("", "mul", case.parameter("fc.weight", 5, 7), factor)
    yield case.output(case.call("fc", "addmm", bias, x, case.call("fc", "t", weight)))


def norms():
    """Scales, biases and statistics of values."""
    case = Case("batch_norm/computed_statistics")
    x, y = case.input(2, 4, 5, 3), case.input(6, 4, name="y")
    mean = case.call("", "mean", y, [0], False)
    variance = positive(case, case.call("", "sum", y, [0], False))
    yield case.output(case.call("bn", "batch_norm", x, None, None, mean, variance, False, 0.1, 1e-5, True))

    case = Case("batch_norm/computed_scale_after_conv")
    x, scale = case.conv(case.input(2, 3, 7, 6), 3, 5), case.input(5, name="scale")
    mean, variance = case.parameter("bn.running_mean", 5), case.parameter("bn.running_var", 5)
    y = case.call("bn", "batch_norm", x, scale, case.parameter("bn.bias", 5), mean, variance, False, 0.1, 1e-3, True)
    yield case.output(case.call("", "relu", y))

    case = Case("batch_norm/computed_bias_of_rows")
    x, bias = case.input(3, 37), case.input(37, name="bias")
    mean, variance = case.parameter("bn.running_mean", 37), case.parameter("bn.running_var", 37)
    yield case.output(case.call("bn", "batch_norm", x, None, bias, mean, variance, False, 0.1, 1e-5, True))

    case = Case("layer_norm/computed_scale_and_bias")
    x, scale, bias = case.input(2, 5, 7), case.input(7, name="scale"), case.input(7, name="bias")
    yield case.output(case.call("ln", "layer_norm", x, [7], case.call("", "exp", scale), bias, 1e-5, True))

    case = Case("layer_norm/computed_scale_of_images")  # which lies as the image does
    x, scale = case.conv(case.input(2, 3, 7, 5), 3, 4), case.input(4, 5, 3, name="scale")
    y = case.call("ln", "layer_norm", x, [4, 5, 3], scale, case.parameter("ln.bias", 4, 5, 3), 1e-5, True)
    yield case.output(case.conv(y, 4, 2, name="next"))

    case = Case("layer_norm/scale_that_is_an_image")  # with zeros around it, for a window that reads it
    x, scale = case.input(2, 3, 5, 7), case.call("", "exp", case.input(3, 5, 7, name="scale"))
    yield case.output(case.call("ln", "layer_norm", x, [3, 5, 7], scale, None, 1e-5, True),
                      case.conv(scale, 3, 2, padding=(1, 1), name="of_scale"))
