using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

public sealed class ParseTests
{
    const string Flags = "False, False, True, True";

    public static TheoryData<string, Op> Rows => new()
    {
        { "aten::conv2d(%0, %1, None, [2, 3], 1, [1, 2], 4)",
            new Conv(2)
            {
                Stride = [2, 3], Padding = WindowPadding.Symmetric([1, 1]), Dilation = [1, 2], Groups = 4,
            } },
        { $"aten::_convolution(%0, %1, %2, [1, 1], [2, 3], [1, 1], False, [0, 0], 1, {Flags})",
            new Conv(2) { Padding = WindowPadding.Symmetric([2, 3]), Bias = true } },
        { "aten::_convolution_mode(%0, %1, None, [1, 1], 'same', [1, 1], 1)", new Conv(2) { SamePadding = true } },
        { "aten::_convolution_mode(%0, %1, None, [1, 1, 1], 'same', [1, 1, 1], 1)",
            new Conv(3) { SamePadding = true } },
        { "aten::conv2d(%0, %1, None, [2, 2], 'valid')", new Conv(2) { Stride = [2, 2] } },
        { "aten::conv1d(%0, %1, %2, [2], [3], [4], 5)",
            new Conv(1)
            {
                Stride = [2], Padding = WindowPadding.Symmetric([3]), Dilation = [4], Groups = 5, Bias = true,
            } },
        { "aten::conv1d(%0, %1, None, 1, 'same')", new Conv(1) { SamePadding = true } },
        { "aten::conv3d(%0, %1, None, [1, 2, 3], [3, 0, 1], 2)",
            new Conv(3)
            {
                Stride = [1, 2, 3], Padding = WindowPadding.Symmetric([3, 0, 1]), Dilation = [2, 2, 2],
            } },
        { "aten::conv3d(%0, %1, None, 2, 'valid')", new Conv(3) { Stride = [2, 2, 2] } },
        { $"aten::_convolution(%0, %1, None, [2], [1], [1], False, [0], 1, {Flags})",
            new Conv(1) { Stride = [2], Padding = WindowPadding.Symmetric([1]), AxesOfWeight = true } },
        { "aten::convolution(%0, %1, None, [2], [0, 1], [1], False, [0], 1)",
            new Conv(2) { Stride = [2, 2], Padding = WindowPadding.Symmetric([0, 1]) } },
        { "aten::convolution(%0, %1, None, [2], [1], [1], True, [0], 1)",
            new ConvTranspose(1) { Stride = [2], Padding = [1], AxesOfWeight = true } },
        { "aten::convolution(%0, %1, None, [2, 1, 1], [0, 1, 2], [1, 1, 1], True, [1, 0, 0], 1)",
            new ConvTranspose(3) { Stride = [2, 1, 1], Padding = [0, 1, 2], OutputPadding = [1, 0, 0] } },
        { $"aten::_convolution(%0, %1, None, [2, 1], [1, 2], [3, 4], True, [5, 6], 7, {Flags})",
            new ConvTranspose(2)
            {
                Stride = [2, 1], Padding = [1, 2], Dilation = [3, 4], OutputPadding = [5, 6], Groups = 7,
            } },
        { "aten::convolution(%0, %1, %2, [1, 1], [0, 0], [1, 1], True, [0, 0], 1)",
            new ConvTranspose(2) { Bias = true } },
        { "aten::conv_transpose2d(%0, %1, None, 2, 1, [1, 0], 3, [2, 1])",
            new ConvTranspose(2)
            {
                Stride = [2, 2], Padding = [1, 1], Dilation = [2, 1], OutputPadding = [1, 0], Groups = 3,
            } },
        { "aten::conv_transpose1d(%0, %1, %2, 3, 2, 1, 4, 5)",
            new ConvTranspose(1)
            {
                Stride = [3], Padding = [2], OutputPadding = [1], Groups = 4, Dilation = [5], Bias = true,
            } },
        { "aten::conv_transpose3d(%0, %1, None, [2, 1, 3], 0, [1, 0, 2], 1, [1, 2, 1])",
            new ConvTranspose(3) { Stride = [2, 1, 3], OutputPadding = [1, 0, 2], Dilation = [1, 2, 1] } },
        { "aten::linear(%0, %1, None)", new Linear() },
        { "aten::linear(%0, %1, %2)", new Linear { Bias = true } },
        { "aten::addmm(%0, %1, %2)", new Addmm() },
        { "aten::batch_norm(%0, %1, %2, %3, %4, False, 0.1, 1e-3, True)",
            new BatchNorm2d { Eps = 1e-3, Momentum = 0.1, Scale = true, Bias = true } },
        { "aten::batch_norm(%0, None, None, %3, %4, False, 0.2, 1e-5, True)", new BatchNorm2d { Momentum = 0.2 } },
        { "aten::_native_batch_norm_legit_no_training(%0, %1, None, %3, %4, 0.1, 1e-5)",
            new BatchNorm2d { Scale = true } },
        { "aten::layer_norm(%0, [5, 7], %1, %2, 1e-6, True)",
            new LayerNorm { NormalizedShape = [5, 7], Eps = 1e-6, Scale = true, Bias = true } },
        { "aten::layer_norm(%0, [7])", new LayerNorm { NormalizedShape = [7] } },
        { "aten::native_layer_norm(%0, [7], %1, None, 1e-5)", new LayerNorm { NormalizedShape = [7], Scale = true } },
        { "aten::expand(%0, [2, -1, 3])", new Expand { Sizes = [2, -1, 3] } },
        { "aten::expand(%0, [2], implicit=False)", new Expand { Sizes = [2] } },
        { "aten::abs(%0)", new Abs() },
        { "aten::absolute(%0)", new Abs() },
        { "aten::exp(%0)", new Exp() },
        { "aten::hardsigmoid(%0)", new Hardsigmoid() },
        { "aten::hardswish_(%0)", new Hardswish() },
        { "aten::neg(%0)", new Neg() },
        { "aten::relu(%0)", new ReLU() },
        { "aten::sigmoid(%0)", new Sigmoid() },
        { "aten::silu(%0)", new SiLU() },
        { "aten::tanh(%0)", new Tanh() },
        { "aten::relu6(%0)", new Hardtanh { Min = 0, Max = 6 } },
        { "aten::hardtanh_(%0, 0., 6.)", new Hardtanh { Min = 0, Max = 6 } },
        { "aten::hardtanh(%0)", new Hardtanh { Min = -1, Max = 1 } },
        { "aten::clamp(%0, None, 3)", new Hardtanh { Max = 3, TakesFlags = true } },
        { "aten::clamp_min(%0, -2)", new Hardtanh { Min = -2, TakesFlags = true } },
        { "aten::clamp_max(%0, 2.5)", new Hardtanh { Max = 2.5, TakesFlags = true, Promotes = true } },
        { "aten::leaky_relu(%0, 0.2)", new LeakyReLU { NegativeSlope = 0.2 } },
        { "aten::leaky_relu_(%0)", new LeakyReLU { NegativeSlope = 0.01 } },
        { "aten::elu(%0, 0.5)", new ELU { Alpha = 0.5 } },
        { "aten::gelu(%0)", new GELU() },
        { "aten::gelu(%0, approximate='tanh')", new GELU { Approximate = true } },
        { "aten::sqrt(%0)", new Pow { Exponent = 0.5 } },
        { "aten::rsqrt_(%0)", new Pow { Exponent = -0.5 } },
        { "aten::reciprocal(%0)", new Pow { Exponent = -1 } },
        { "aten::pow(%0, 3)", new Pow { Exponent = 3, IsInteger = true } },
        { "aten::square(%0)", new Pow { Exponent = 2, IsInteger = true } },
        { "aten::pow(%0, -0.5)", new Pow { Exponent = -0.5 } },
        { "aten::max_pool2d(%0, [3, 2], [], [1, 0], [1, 2], True)",
            new MaxPool
            {
                Kernel = [3, 2], Stride = [3, 2], Padding = [1, 0], Dilation = [1, 2], CeilMode = true,
            } },
        { "aten::max_pool2d_with_indices(%0, [3, 3], [2, 1])",
            new MaxPool { Kernel = [3, 3], Stride = [2, 1], Padding = [0, 0], Dilation = [1, 1] } },
        { "aten::max_pool1d(%0, [3], [], [1], [2], True)",
            new MaxPool { Kernel = [3], Stride = [3], Padding = [1], Dilation = [2], CeilMode = true } },
        { "aten::max_pool3d(%0, [1, 3, 2], 2, [0, 1, 1])",
            new MaxPool { Kernel = [1, 3, 2], Stride = [2, 2, 2], Padding = [0, 1, 1], Dilation = [1, 1, 1] } },
        { "aten::max_pool3d_with_indices(%0, 2)",
            new MaxPool { Kernel = [2, 2, 2], Stride = [2, 2, 2], Padding = [0, 0, 0], Dilation = [1, 1, 1] } },
        { "aten::avg_pool2d(%0, 3, 2, [1, 0], True, False, 5)",
            new AvgPool
            {
                Kernel = [3, 3], Stride = [2, 2], Padding = [1, 0], CeilMode = true, CountIncludePad = false,
                Divisor = 5,
            } },
        { "aten::avg_pool2d(%0, [2, 3])", new AvgPool { Kernel = [2, 3], Stride = [2, 3], Padding = [0, 0] } },
        { "aten::avg_pool1d(%0, [4], [2], [1], True, False)",
            new AvgPool { Kernel = [4], Stride = [2], Padding = [1], CeilMode = true, CountIncludePad = false } },
        { "aten::avg_pool3d(%0, [2, 7, 1], [1, 1, 1], 0, False, True, 3)",
            new AvgPool { Kernel = [2, 7, 1], Stride = [1, 1, 1], Padding = [0, 0, 0], Divisor = 3 } },
        { "aten::adaptive_avg_pool2d(%0, [None, 7])", new AdaptiveAvgPool { Sizes = [-1, 7] } },
        { "aten::adaptive_avg_pool2d(%0, 1)", new AdaptiveAvgPool { Sizes = [1, 1] } },
        { "aten::adaptive_avg_pool1d(%0, [5])", new AdaptiveAvgPool { Sizes = [5] } },
        { "aten::adaptive_avg_pool3d(%0, [1, None, 3])", new AdaptiveAvgPool { Sizes = [1, -1, 3] } },
        { "aten::adaptive_max_pool1d(%0, [5])", new AdaptiveMaxPool { Sizes = [5] } },
        { "aten::adaptive_max_pool2d(%0, 3)", new AdaptiveMaxPool { Sizes = [3, 3] } },
        { "aten::adaptive_max_pool3d(%0, [1, 2, 3])", new AdaptiveMaxPool { Sizes = [1, 2, 3] } },
        { "aten::im2col(%0, [3, 2], [1, 2], [1, 0], [2, 3])",
            new Unfold { Kernel = [3, 2], Dilation = [1, 2], Padding = [1, 0], Stride = [2, 3] } },
        { "aten::im2col(%0, 3, 1, 2, 4)", new Unfold { Kernel = [3, 3], Padding = [2, 2], Stride = [4, 4] } },
        { "aten::col2im(%0, [7, 8], [3, 2], [1, 2], [1, 0], [2, 3])",
            new Fold
            {
                Sizes = [7, 8], Kernel = [3, 2], Dilation = [1, 2], Padding = [1, 0], Stride = [2, 3],
            } },
        { "aten::affine_grid_generator(%0, [2, 3, 5, 7], True)",
            new AffineGrid { Sizes = [2, 3, 5, 7], AlignCorners = true } },
        { "aten::affine_grid_generator(%0, [2, 3, 5, 7, 4], False)", new AffineGrid { Sizes = [2, 3, 5, 7, 4] } },
        { "aten::grid_sampler(%0, %1, 0, 0, True)",
            new GridSample { Mode = Interpolation.Linear, Border = GridBorder.Zeros, AlignCorners = true } },
        { "aten::grid_sampler(%0, %1, 1, 2, False)",
            new GridSample { Mode = Interpolation.Nearest, Border = GridBorder.Reflection } },
        { "aten::grid_sampler_2d(%0, %1, 2, 1, False)",
            new GridSample { Axes = 2, Mode = Interpolation.Cubic, Border = GridBorder.Border } },
        { "aten::grid_sampler_3d(%0, grid=%1, interpolation_mode=0, padding_mode=2, align_corners=True)",
            new GridSample
            {
                Axes = 3, Mode = Interpolation.Linear, Border = GridBorder.Reflection, AlignCorners = true,
            } },
        { "aten::cat([%0, %1], -1)", new Cat { Dim = -1 } },
        { "aten::add(%0, %1, alpha=2)", new Add { Alpha = 2 } },
        { "aten::add_(%0, 1.5, 3)", new Add { Other = 1.5, Alpha = 3 } },
        { "aten::sub(%0, %1)", new Sub() },
        { "aten::mul(%0, 2)", new Mul { Other = 2 } },
        { "aten::div(%0, %1, rounding_mode=None)", new Div() },
        { "aten::rsub(%0, 1)", new Rsub { Other = 1 } },
        { "aten::mean(%0)", new Mean() },
        { "aten::mean(%0, [2, 3], True, dtype=None)", new Mean { Dims = [2, 3], KeepDims = true } },
        { "aten::mean(%0, -1)", new Mean { Dims = [-1] } },
        { "aten::sum(%0, [1])", new Sum { Dims = [1] } },
        { "aten::sum(%0)", new Sum() },
        { "aten::sum(%0, None, True)", new Sum { KeepDims = true } },
        { "aten::sum(%0, [0, -1], True, dtype=None)", new Sum { Dims = [0, -1], KeepDims = true } },
        { "aten::softmax(%0, -1, None)", new Softmax { Dim = -1 } },
        { "aten::softmax(%0, 1, 6)", new Softmax { Dim = 1, Type = ElementType.Float32 } },
        { "aten::sum(%0, dtype=7)", new Sum { Type = ElementType.Float64 } },
        { "aten::to(%0, 6, False, True, None)", new Cast { To = ElementType.Float32 } },
        { "aten::to(%0, 'cuda:0', 7)", new Cast { To = ElementType.Float64 } },
        { "aten::to(%0, dtype=6, layout=0, device='cpu', pin_memory=False)", new Cast { To = ElementType.Float32 } },
        { "aten::to(%0, 'cpu')", new Cast { To = null } },
        { "aten::to(%0, %1)", new Cast { To = null } },
        { "aten::type_as(%0, %1)", new Cast { To = null } },
        { "aten::_to_copy(%0, device='cpu')", new Cast { To = null } },
        { "aten::_to_copy(%0, dtype=11)", new Cast { To = ElementType.Bool } },
        { "aten::sum(%0, dtype=4)", new Sum { Type = ElementType.Int64 } },
        { "aten::_softmax(%0, 1, False)", new Softmax { Dim = 1 } },
        { "aten::pad(%0, [1, 2], 'constant', None)", new Pad { Amounts = [1, 2] } },
        { "aten::pad(%0, [1, 2], 'reflect')", new Pad { Amounts = [1, 2], Mode = PadMode.Reflect } },
        { "aten::pad(%0, [1, 2, 3, -1], 'replicate', None)",
            new Pad { Amounts = [1, 2, 3, -1], Mode = PadMode.Replicate } },
        { "aten::pad(%0, [1, 2], 'circular', 0.0)", new Pad { Amounts = [1, 2], Mode = PadMode.Circular } },
        { "aten::_pad_circular(%0, [1, 2])", new Pad { Amounts = [1, 2], Mode = PadMode.Circular } },
        { "aten::_pad_enum(%0, [1, 2], 0)", new Pad { Amounts = [1, 2], Mode = PadMode.Reflect } },
        { "aten::_pad_enum(%0, [1, 2], 1, None)", new Pad { Amounts = [1, 2], Mode = PadMode.Replicate } },
        { "aten::_pad_enum(%0, [1, 2], 2)", new Pad { Amounts = [1, 2], Mode = PadMode.Circular } },
        { "aten::_pad_enum(%0, [1, 2], 3, 0.5)", new Pad { Amounts = [1, 2], Value = 0.5 } },
        { "aten::reflection_pad1d(%0, [1, 2])", new Pad { Amounts = [1, 2], Mode = PadMode.Reflect } },
        { "aten::reflection_pad2d(%0, padding=[1, 2, 3, 4])",
            new Pad { Amounts = [1, 2, 3, 4], Mode = PadMode.Reflect } },
        { "aten::reflection_pad3d(%0, [1, 2, 3, 4, 5, 6])",
            new Pad { Amounts = [1, 2, 3, 4, 5, 6], Mode = PadMode.Reflect } },
        { "aten::replication_pad1d(%0, [1, 2])", new Pad { Amounts = [1, 2], Mode = PadMode.Replicate } },
        { "aten::replication_pad2d(%0, [1, 2, 3, 4])",
            new Pad { Amounts = [1, 2, 3, 4], Mode = PadMode.Replicate } },
        { "aten::replication_pad3d(%0, [1, 2, 3, 4, 5, 6])",
            new Pad { Amounts = [1, 2, 3, 4, 5, 6], Mode = PadMode.Replicate } },
        { "aten::constant_pad_nd(%0, [1, 2, -1, 0], 0.25)", new Pad { Amounts = [1, 2, -1, 0], Value = 0.25 } },
        { "aten::reshape(%0, [2, -1])", new Reshape { Sizes = [2, -1] } },
        { "aten::_unsafe_view(%0, [2, 3])", new Reshape { Sizes = [2, 3] } },
        { "aten::flatten(%0, 1)", new Flatten { StartDim = 1 } },
        { "aten::unflatten(%0, 1, [3, -1])", new Unflatten { Dim = 1, Sizes = [3, -1] } },
        { "aten::unsqueeze(%0, -1)", new Unsqueeze { Dim = -1 } },
        { "aten::squeeze(%0)", new Squeeze() },
        { "aten::squeeze(%0, 2)", new Squeeze { Dims = [2] } },
        { "aten::squeeze(%0, [0, -1])", new Squeeze { Dims = [0, -1] } },
        { "aten::t(%0)", new T() },
        { "aten::permute(%0, [0, 2, 1])", new Permute { Dims = [0, 2, 1] } },
        { "aten::swapaxes(%0, 1, 2)", new Transpose { Dim0 = 1, Dim1 = 2 } },
        { "aten::transpose(%0, -1, 2)", new Transpose { Dim0 = -1, Dim1 = 2 } },
        { "aten::log_softmax(%0, -1)", new LogSoftmax { Dim = -1 } },
        { "aten::slice(%0, 1, None, 9223372036854775807, 2)", new Slice { Dim = 1, Step = 2 } },
        { "aten::slice(%0, 1, -3, 5)", new Slice { Dim = 1, Start = -3, End = 5 } },
        { "aten::select(%0, 1, -1)", new Select { Dim = 1, Index = -1 } },
        { "aten::chunk(%0, 1, -1)", new Split { Dim = -1, Chunks = 1, Results = 1 } },
        { "aten::narrow(%0, 1, -2, 2)", new Slice { Dim = 1, Start = -2, Length = 2 } },
        { "aten::unbind(%0, -1)", new Unbind { Dim = -1, Results = 1 } },
        { "aten::split(%0, 4)", new Split { Size = 4, Results = 1 } },
        { "aten::split(%0, [1, 2], 1)", new Split { Dim = 1, Sizes = [1, 2], Results = 1 } },
        { "aten::upsample_nearest1d(%0, [7], 2)",
            new Upsample { Axes = 1, Mode = Interpolation.Nearest, Sizes = [7], Scales = (null, null, 2) } },
        { "aten::upsample_nearest1d(%0, [7], None)",
            new Upsample { Axes = 1, Mode = Interpolation.Nearest, Sizes = [7] } },
        { "aten::upsample_nearest2d(%0, 7)",
            new Upsample { Axes = 2, Mode = Interpolation.Nearest, Sizes = [7, 7] } },
        { "aten::upsample_nearest2d(%0, [7, 5], 2.0, 1.5)",
            new Upsample { Axes = 2, Mode = Interpolation.Nearest, Sizes = [7, 5], Scales = (null, 2, 1.5) } },
        { "aten::upsample_nearest2d(%0, [7, 5], scales_w=1.5)",
            new Upsample { Axes = 2, Mode = Interpolation.Nearest, Sizes = [7, 5], Scales = (null, null, 1.5) } },
        { "aten::upsample_nearest2d(%0, None, [2, 0.5])",
            new Upsample { Axes = 2, Mode = Interpolation.Nearest, Scales = (null, 2, 0.5) } },
        { "aten::upsample_nearest3d(%0, [7, 5, 3], 2.0, None, 1.5)",
            new Upsample { Axes = 3, Mode = Interpolation.Nearest, Sizes = [7, 5, 3], Scales = (2, null, 1.5) } },
        { "aten::upsample_nearest3d(%0, None, [2.0, 3.0, 4.0])",
            new Upsample { Axes = 3, Mode = Interpolation.Nearest, Scales = (2, 3, 4) } },
        { "aten::_upsample_nearest_exact1d(%0, None, [3.0])",
            new Upsample { Axes = 1, Mode = Interpolation.NearestExact, Scales = (null, null, 3) } },
        { "aten::_upsample_nearest_exact2d(%0, [7, 5], None)",
            new Upsample { Axes = 2, Mode = Interpolation.NearestExact, Sizes = [7, 5] } },
        { "aten::_upsample_nearest_exact3d(%0, [7, 5, 3])",
            new Upsample { Axes = 3, Mode = Interpolation.NearestExact, Sizes = [7, 5, 3] } },
        { "aten::upsample_linear1d(%0, [7], True)",
            new Upsample { Axes = 1, Mode = Interpolation.Linear, Sizes = [7], AlignCorners = true } },
        { "aten::upsample_linear1d(%0, None, False, [2.5])",
            new Upsample { Axes = 1, Mode = Interpolation.Linear, Scales = (null, null, 2.5) } },
        { "aten::upsample_bilinear2d(%0, [7, 5], True, None)",
            new Upsample { Axes = 2, Mode = Interpolation.Linear, Sizes = [7, 5], AlignCorners = true } },
        { "aten::upsample_bilinear2d(%0, output_size=[7, 5], align_corners=False, scales_h=2.0, scales_w=3.0)",
            new Upsample { Axes = 2, Mode = Interpolation.Linear, Sizes = [7, 5], Scales = (null, 2, 3) } },
        { "aten::upsample_trilinear3d(%0, [7, 5, 3], False, None, 2.0, None)",
            new Upsample { Axes = 3, Mode = Interpolation.Linear, Sizes = [7, 5, 3], Scales = (null, 2, null) } },
        { "aten::upsample_trilinear3d(%0, None, True, [2.0, 3.0, 4.0])",
            new Upsample { Axes = 3, Mode = Interpolation.Linear, Scales = (2, 3, 4), AlignCorners = true } },
        { "aten::upsample_bicubic2d(%0, [7, 5], False)",
            new Upsample { Axes = 2, Mode = Interpolation.Cubic, Sizes = [7, 5] } },
        { "aten::upsample_bicubic2d(%0, None, True, [2.0, 3.0])",
            new Upsample { Axes = 2, Mode = Interpolation.Cubic, Scales = (null, 2, 3), AlignCorners = true } },
        { "aten::_upsample_bicubic2d_aa(%0, [7, 5], True, None)",
            new Upsample
            {
                Axes = 2, Mode = Interpolation.Cubic, Sizes = [7, 5], AlignCorners = true, Antialias = true,
            } },
        { "aten::_upsample_bilinear2d_aa(%0, [7, 5], False, 2.0, 3.0)",
            new Upsample
            {
                Axes = 2, Mode = Interpolation.Linear, Sizes = [7, 5], Scales = (null, 2, 3), Antialias = true,
            } },
        { "aten::bmm(%0, %1)", new MatMul { Axes = 3 } },
        { "aten::dropout(%0, 0.5, False)", new Identity() },
        { "aten::contiguous(%0, memory_format=0)", new Identity() },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_call_is_read_as(string call, Op expected) =>
        OpSet.Parse(CallText.Call(call)).Op.Should().Be(expected);

    [Theory]
    [InlineData("aten::batch_norm(%0, %1, %2, %3, %4, True, 0.1, 1e-5, True)")]
    [InlineData("aten::dropout(%0, 0.5, True)")]
    [InlineData("aten::feature_dropout_(%0, 0.5, True)")]
    [InlineData("aten::native_dropout(%0, 0.5, None)")]
    public void What_only_training_does_is_refused_as_such(string call)
    {
        var finding = FluentActions.Invoking(() => OpSet.Parse(CallText.Call(call)))
            .Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be("PAR1001");
        finding.Message.Should().EndWith(
            $"{call[..call.IndexOf('(', StringComparison.Ordinal)]} 'node' runs in training mode: the trace was taken "
            + "without model.eval(); call model.eval() and trace again");
    }

    [Theory]
    [InlineData("aten::batch_norm(%0, %1, %2, None, None, True, 0.1, 1e-5, True)", "track_running_stats=False")]
    [InlineData("aten::batch_norm(%0, %1, %2, None, None, False, 0.1, 1e-5, True)", "no running statistics")]
    [InlineData("aten::_convolution(%0, %1, None, [], [], [], False, [], 1, False, False, True, True)",
        "0-d convolution")]
    [InlineData("aten::convolution(%0, %1, None, [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], True, [0, 0, 0, 0], 1)",
        "4-d convolution")]
    [InlineData("aten::conv2d(%0, %1, None, [2, 1], 'same')", "padding='same' with a stride")]
    [InlineData("aten::conv2d(%0, %1, None, 1, 'reflect')", "padding='reflect'")]
    [InlineData("aten::conv2d(%0, %1, None, 1, [-1, 0])", "negative")]
    [InlineData("aten::conv2d(%0, %1, None, [1, 1, 1])", "stride has 3 numbers, expected 2")]
    [InlineData("aten::layer_norm(%0, [])", "normalized_shape is empty")]
    [InlineData("aten::addmm(%0, %1, %2, beta=0.5)", "beta=0.5")]
    [InlineData("aten::div(%0, %1, rounding_mode='floor')", "rounding_mode='floor'")]
    [InlineData("aten::clamp(%0)", "neither min nor max")]
    [InlineData("aten::elu(%0, 1, 1.05, 1)", "scale=1.05")]
    [InlineData("aten::gelu(%0, approximate='sigmoid')", "approximate='sigmoid'")]
    [InlineData("aten::pow(%0, 2.5)", "exponent 2.5")]
    [InlineData("aten::avg_pool2d(%0, 3, 2, 0, False, True, 0)", "divisor_override is 0")]
    [InlineData("aten::adaptive_avg_pool2d(%0, [1, 2, 3])", "output_size has 3 numbers, expected 2")]
    [InlineData("aten::mean(%0, [1], False, dtype=5)", "it casts to float16 (dtype=5)")]
    [InlineData("aten::softmax(%0, 1, 15)", "it casts to bfloat16 (dtype=15)")]
    [InlineData("aten::softmax(%0, 1, 4)", "it casts to int64 (dtype=4), expected float32 or float64")]
    [InlineData("aten::to(%0, 5)", "it casts to float16")]
    [InlineData("aten::to(%0, 'cpu', 9)", "dtype=9 is no element type")]
    [InlineData("aten::pad(%0, [1, 1], 'symmetric')", "mode='symmetric'")]
    [InlineData("aten::pad(%0, [1, 1], 'reflect', 0.5)", "value is 0.5")]
    [InlineData("aten::_pad_enum(%0, [1, 1], 4)", "mode=4")]
    [InlineData("aten::adaptive_max_pool2d(%0, [1, 0])", "output size 0")]
    [InlineData("aten::grid_sampler(%0, %1, 3, 0, False)", "interpolation_mode=3")]
    [InlineData("aten::grid_sampler(%0, %1, 0, -1, False)", "padding_mode=-1")]
    [InlineData("aten::_softmax(%0, 1, True)", "half_to_float=True")]
    [InlineData("aten::slice(%0, 1, 0, 5, 0)", "step is 0")]
    [InlineData("aten::chunk(%0, 0)", "chunks is 0")]
    [InlineData("aten::split(%0, -1)", "split_size is -1")]
    [InlineData("aten::pad(%0, [1, 1, 1], 'constant')", "3 numbers, expected pairs")]
    [InlineData("aten::upsample_nearest2d(%0, None, None)", "expected one of output_size and scale_factors")]
    [InlineData("aten::upsample_bilinear2d(%0, [2, 2], False, [2.0, 2.0])", "expected one of output_size")]
    [InlineData("aten::upsample_nearest2d(%0, None, [2.0])", "expected 2 numbers")]
    [InlineData("aten::upsample_nearest3d(%0, [2, 2], None)", "output_size has too few numbers, expected 3")]
    [InlineData("aten::upsample_nearest2d(%0, [2], None)", "output_size has too few numbers, expected 2")]
    public void What_an_op_does_not_do_is_refused_by_name(string call, string why)
    {
        var parse = () => OpSet.Parse(CallText.Call(call));
        var finding = parse.Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be("PAR1002");
        finding.Place.Should().Be("code/model.py:7");
        string target = call[..call.IndexOf('(', StringComparison.Ordinal)];
        finding.Message.Should().StartWith($"{target} 'node': ").And.Contain(why);
    }

    [Theory]
    [InlineData("aten::clamp(%0, %1)")]
    [InlineData("aten::view(%0, 3)")]
    [InlineData("aten::cat(%0, 1)")]
    [InlineData("aten::cat([%0, 3], 1)")]
    [InlineData("aten::reshape(%0, [2, None])")]
    [InlineData("aten::softmax(%0)")]
    [InlineData("aten::relu(%0, inplace=True)")]
    [InlineData("aten::add(%0, other=%1, self=%0)")]
    public void Arguments_of_other_types_are_refused(string call)
    {
        var parse = () => OpSet.Parse(CallText.Call(call));
        parse.Should().Throw<ModelException>().WithMessage("*does not take these arguments*code/model.py:7*");
    }

    [Fact]
    public void Operands_are_the_tensors_in_order_and_absent_ones_are_left_out()
    {
        OpSet.Parse(CallText.Call("aten::batch_norm(%4, None, None, %7, %5, False, 0.1, 1e-5, True)")).Operands
            .Should().Equal(4, 7, 5);
        OpSet.Parse(CallText.Call("aten::cat([%3, %1, %3], 1)")).Operands.Should().Equal(3, 1, 3);
        OpSet.Parse(CallText.Call("aten::add(%2, 1)")).Operands.Should().Equal(2);
        OpSet.Parse(CallText.Call("aten::linear(bias=%3, weight=%2, input=%1)")).Operands.Should().Equal(1, 2, 3);
    }
}
