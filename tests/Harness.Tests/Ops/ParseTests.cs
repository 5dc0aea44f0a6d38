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
        { "aten::prelu(%0, %1)", new PReLU() },
        { "aten::clamp(%0, %1, %2)", new Clamp { Min = true, Max = true } },
        { "aten::clamp(%0, None, %1)", new Clamp { Max = true } },
        { "aten::clip(%0, %1)", new Clamp { Min = true } },
        { "aten::clamp_min(%0, %1)", new Clamp { Min = true } },
        { "aten::clamp_max_(%0, %1)", new Clamp { Max = true } },
        { "aten::maximum(%0, %1)", new Maximum() },
        { "aten::max(%0, %1)", new Maximum() },
        { "aten::minimum(%0, %1)", new Minimum() },
        { "aten::min(%0, %1)", new Minimum() },
        { "aten::fmax(%0, %1)", new Fmax() },
        { "aten::fmin(%0, %1)", new Fmin() },
        { "aten::max(%0)", new Amax() },
        { "aten::min(%0)", new Amin() },
        { "aten::amax(%0)", new Amax() },
        { "aten::amax(%0, [1, -1], True)", new Amax { Dims = [1, -1], KeepDims = true } },
        { "aten::amin(%0, 2)", new Amin { Dims = [2] } },
        { "aten::prod(%0)", new Prod() },
        { "aten::prod(%0, -2, True)", new Prod { Dims = [-2], KeepDims = true } },
        { "aten::prod(%0, dtype=4)", new Prod { Type = ElementType.Int64 } },
        { "aten::count_nonzero(%0)", new CountNonzero() },
        { "aten::count_nonzero(%0, 1)", new CountNonzero { Dims = [1] } },
        { "aten::count_nonzero(%0, [1, 2])", new CountNonzero { Dims = [1, 2] } },
        { "aten::logsumexp(%0, [1], True)", new LogSumExp { Dims = [1], KeepDims = true } },
        { "aten::special_logsumexp(%0, [-1])", new LogSumExp { Dims = [-1] } },
        { "aten::linalg_vector_norm(%0)", new VectorNorm() },
        { "aten::linalg_vector_norm(%0, 1, [2, 3], True, dtype=6)",
            new VectorNorm { Order = 1, Dims = [2, 3], KeepDims = true, Type = ElementType.Float32 } },
        { "aten::norm(%0)", new VectorNorm() },
        { "aten::norm(%0, 3)", new VectorNorm { Order = 3 } },
        { "aten::norm(%0, None, [1], True)", new VectorNorm { Dims = [1], KeepDims = true } },
        { "aten::norm(%0, 1.5, [1], False, dtype=7)",
            new VectorNorm { Order = 1.5, Dims = [1], Type = ElementType.Float64 } },
        { "aten::norm(%0, 2, dtype=6)", new VectorNorm { Type = ElementType.Float32 } },
        { "aten::frobenius_norm(%0, [1, 2], True)", new VectorNorm { Dims = [1, 2], KeepDims = true } },
        { "aten::var(%0)", new Var() },
        { "aten::var(%0, False)", new Var { Correction = 0 } },
        { "aten::var(%0, [1, 2], False, True)", new Var { Dims = [1, 2], Correction = 0, KeepDims = true } },
        { "aten::var(%0, [1], correction=2, keepdim=True)", new Var { Dims = [1], Correction = 2, KeepDims = true } },
        { "aten::var(%0, None, correction=None)", new Var() },
        { "aten::std(%0, [-1])", new Var { Dims = [-1], Root = true } },
        { "aten::std(%0, True)", new Var { Root = true } },
        { "aten::var_mean(%0, [1], correction=0, keepdim=True)",
            new Var { Dims = [1], Correction = 0, KeepDims = true, WithMean = true } },
        { "aten::std_mean(%0, False)", new Var { Correction = 0, Root = true, WithMean = true } },
        { "aten::softplus(%0, 2, 5)", new Softplus { Beta = 2, Threshold = 5 } },
        { "aten::softplus(%0)", new Softplus() },
        { "aten::mish_(%0)", new Mish() },
        { "aten::selu(%0)", new SELU() },
        { "aten::celu(%0)", new CELU() },
        { "aten::celu_(%0, 0.5)", new CELU { Alpha = 0.5 } },
        { "aten::elu(%0, 0.5, 2., 3.)", new ELU { Alpha = 0.5, Scale = 2, InputScale = 3 } },
        { "aten::log_sigmoid(%0)", new LogSigmoid() },
        { "aten::threshold_(%0, 0.5, -1)", new Threshold { Limit = 0.5, Value = -1 } },
        { "aten::hardshrink(%0)", new Hardshrink() },
        { "aten::softshrink(%0, 0.25)", new Softshrink { Lambda = 0.25 } },
        { "aten::rrelu(%0, 0.1, 0.3, False)", new RReLU { Lower = 0.1, Upper = 0.3 } },
        { "aten::rrelu(%0)", new RReLU() },
        { "aten::glu(%0)", new GLU() },
        { "aten::glu(%0, 1)", new GLU { Dim = 1 } },
        { "aten::floor(%0)", new Floor() },
        { "aten::ceil_(%0)", new Ceil() },
        { "aten::trunc(%0)", new Trunc() },
        { "aten::fix(%0)", new Trunc() },
        { "aten::frac(%0)", new Frac() },
        { "aten::round(%0)", new Round() },
        { "aten::round_(%0, decimals=-2)", new Round { Decimals = -2 } },
        { "aten::special_round(%0, decimals=1)", new Round { Decimals = 1 } },
        { "aten::sign(%0)", new Sign() },
        { "aten::sgn(%0)", new Sign() },
        { "aten::nan_to_num(%0)", new NanToNum() },
        { "aten::nan_to_num(%0, 1., 2., -3.)", new NanToNum { Nan = 1, PosInf = 2, NegInf = -3 } },
        { "aten::isnan(%0)", new IsNan() },
        { "aten::isinf(%0)", new IsInf() },
        { "aten::isposinf(%0)", new IsPosInf() },
        { "aten::isneginf(%0)", new IsNegInf() },
        { "aten::isfinite(%0)", new IsFinite() },
        { "aten::signbit(%0)", new Signbit() },
        { "aten::fmod(%0, %1)", new Fmod() },
        { "aten::fmod(%0, 1.5)", new Fmod { Other = 1.5 } },
        { "aten::remainder_(%0, 3)", new Remainder { Other = 3 } },
        { "aten::remainder(%0, %1)", new Remainder() },
        { "aten::floor_divide(%0, %1)", new Div { Rounding = DivRounding.Floor } },
        { "aten::floor_divide(%0, 2)", new Div { Other = 2, Rounding = DivRounding.Floor } },
        { "aten::div(%0, 2, rounding_mode='trunc')", new Div { Other = 2, Rounding = DivRounding.Trunc } },
        { "aten::divide(%0, %1, rounding_mode='floor')", new Div { Rounding = DivRounding.Floor } },
        { "aten::lerp(%0, %1, 0.3)", new Lerp { Weight = 0.3 } },
        { "aten::lerp(%0, %1, %2)", new Lerp() },
        { "aten::addcmul(%0, %1, %2)", new Addcmul() },
        { "aten::addcmul_(%0, %1, %2, value=0.5)", new Addcmul { Value = 0.5 } },
        { "aten::addcdiv(%0, %1, %2, value=-2)", new Addcdiv { Value = -2 } },
        { "aten::xlogy(%0, %1)", new Xlogy() },
        { "aten::xlogy(%0, 2)", new Xlogy { Other = 2 } },
        { "aten::xlogy(1.5, %0)", new Xlogy { First = 1.5 } },
        { "aten::special_xlogy(1, %0)", new Xlogy { First = 1 } },
        { "aten::hypot(%0, %1)", new Hypot() },
        { "aten::atan2(%0, %1)", new Atan2() },
        { "aten::arctan2(%0, %1)", new Atan2() },
        { "aten::pow(%0, 2.5)", new Pow { Other = 2.5 } },
        { "aten::pow(%0, %1)", new Pow() },
        { "aten::pow_(%0, 3)", new Pow { Other = 3 } },
        { "aten::xlogy_(%0, %1)", new Xlogy() },
        { "aten::pow(10000, %0)", new Pow { First = 10000 } },
        { "aten::sin(%0)", new Sin() },
        { "aten::cos(%0)", new Cos() },
        { "aten::tan(%0)", new Tan() },
        { "aten::asin(%0)", new Asin() },
        { "aten::arcsin(%0)", new Asin() },
        { "aten::acos(%0)", new Acos() },
        { "aten::arccos(%0)", new Acos() },
        { "aten::atan(%0)", new Atan() },
        { "aten::arctan(%0)", new Atan() },
        { "aten::sinh(%0)", new Sinh() },
        { "aten::cosh(%0)", new Cosh() },
        { "aten::asinh(%0)", new Asinh() },
        { "aten::arcsinh(%0)", new Asinh() },
        { "aten::acosh(%0)", new Acosh() },
        { "aten::arccosh(%0)", new Acosh() },
        { "aten::atanh(%0)", new Atanh() },
        { "aten::arctanh(%0)", new Atanh() },
        { "aten::log(%0)", new Log() },
        { "aten::log2(%0)", new Log2() },
        { "aten::log10(%0)", new Log10() },
        { "aten::log1p(%0)", new Log1p() },
        { "aten::special_log1p(%0)", new Log1p() },
        { "aten::expm1(%0)", new Expm1() },
        { "aten::special_expm1(%0)", new Expm1() },
        { "aten::exp2(%0)", new Exp2() },
        { "aten::special_exp2(%0)", new Exp2() },
        { "aten::erf(%0)", new Erf() },
        { "aten::special_erf(%0)", new Erf() },
        { "aten::erfc(%0)", new Erfc() },
        { "aten::special_erfc(%0)", new Erfc() },
        { "aten::special_expit(%0)", new Sigmoid() },
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
        { "aten::sqrt(%0)", new Pow { Other = 0.5 } },
        { "aten::rsqrt_(%0)", new Pow { Other = -0.5 } },
        { "aten::reciprocal(%0)", new Pow { Other = -1.0 } },
        { "aten::pow(%0, 3)", new Pow { Other = 3 } },
        { "aten::square(%0)", new Pow { Other = 2 } },
        { "aten::pow(%0, -0.5)", new Pow { Other = -0.5 } },
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
    [InlineData("aten::rrelu(%0, 0.1, 0.3, True)")]
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
    [InlineData("aten::div(%0, %1, rounding_mode='ceil')", "rounding_mode='ceil'")]
    [InlineData("aten::prod(%0, dtype=3)", "it multiplies in int32")]
    [InlineData("aten::clamp(%0, None, None)", "neither min nor max")]
    [InlineData("aten::linalg_vector_norm(%0, 2, [1], dtype=4)", "it casts to int64")]
    [InlineData("aten::clamp(%0)", "neither min nor max")]
    [InlineData("aten::gelu(%0, approximate='sigmoid')", "approximate='sigmoid'")]
    [InlineData("aten::avg_pool2d(%0, 3, 2, 0, False, True, 0)", "divisor_override is 0")]
    [InlineData("aten::adaptive_avg_pool2d(%0, [1, 2, 3])", "output_size has 3 numbers, expected 2")]
    [InlineData("aten::mean(%0, [1], False, dtype=5)", "it casts to float16 (dtype=5)")]
    [InlineData("aten::softmax(%0, 1, 15)", "it casts to bfloat16 (dtype=15)")]
    [InlineData("aten::softmax(%0, 1, 4)", "it casts to int64 (dtype=4), expected float32 or float64")]
    [InlineData("aten::to(%0, 5)", "it casts to float16")]
    [InlineData("aten::to(%0, 'cpu', 9)", "dtype=9 is no element type")]
    [InlineData("aten::pad(%0, [1, 1], 'reflect')", "mode='reflect'")]
    [InlineData("aten::_softmax(%0, 1, True)", "half_to_float=True")]
    [InlineData("aten::slice(%0, 1, 0, 5, 0)", "step is 0")]
    [InlineData("aten::chunk(%0, 0)", "chunks is 0")]
    [InlineData("aten::split(%0, -1)", "split_size is -1")]
    [InlineData("aten::pad(%0, [1, 1, 1], 'constant')", "3 numbers, expected pairs")]
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
