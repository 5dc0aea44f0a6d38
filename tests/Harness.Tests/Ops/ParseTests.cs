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
        { "aten::addmm(%0, %1, %2, beta=0.5, alpha=2)", new AddProduct { Axes = 2, Beta = 0.5, Alpha = 2 } },
        { "aten::addmv(%0, %1, %2, beta=3)", new AddProduct { Axes = 2, OfVector = true, Beta = 3 } },
        { "aten::baddbmm(%0, %1, %2)", new AddProduct { Axes = 3 } },
        { "aten::baddbmm(%0, %1, %2, beta=0, alpha=0.5)", new AddProduct { Axes = 3, Beta = 0, Alpha = 0.5 } },
        { "aten::bilinear(%0, %1, %2, %3)", new Bilinear { Bias = true } },
        { "aten::bilinear(%0, %1, %2)", new Bilinear() },
        { "aten::dot(%0, %1)", new VectorProduct { Axes = 1 } },
        { "aten::mv(%0, %1)", new VectorProduct { Axes = 2 } },
        { "aten::vdot(%0, %1)", new VectorProduct { Axes = 1 } },
        { "aten::einsum('b h i, b h j -> b i j', [%0, %1])", new Einsum { Terms = "bhi,bhj", Result = "bij" } },
        { "aten::einsum('...ij,jk', [%0, %1], path=None)", new Einsum { Terms = "...ij,jk" } },
        { "aten::lstm(%0, [%1, %2], [%3, %4, %5, %6], True, 1, 0.0, False, False, True)",
            new LSTM { Bias = true, BatchFirst = true } },
        { "aten::lstm(%0, [%1, %2], [%3, %4, %5, %6, %7, %8], False, 1, 0.0, False, True, False)",
            new LSTM { Bidirectional = true, Projected = true } },
        { "aten::lstm_cell(%0, [%1, %2], %3, %4, %5, %6)", new LSTM { IsCell = true, Bias = true } },
        { "aten::gru(%0, %1, [%2, %3, %4, %5], False, 2, 0.5, False, False, False)", new GRU { Layers = 2 } },
        { "aten::gru_cell(%0, %1, %2, %3)", new GRU { IsCell = true } },
        { "aten::rnn_tanh(%0, %1, [%2, %3], False, 1, 0.0, False, False, False)", new RNN() },
        { "aten::rnn_relu(%0, %1, [%2, %3], False, 1, 0.0, True, False, False)", new RNN { Relu = true } },
        { "aten::rnn_tanh_cell(%0, %1, %2, %3, %4, %5)", new RNN { IsCell = true, Bias = true } },
        { "aten::rnn_relu_cell(%0, %1, %2, %3)", new RNN { IsCell = true, Relu = true } },
        { "aten::batch_norm(%0, %1, %2, %3, %4, False, 0.1, 1e-3, True)",
            new BatchNorm2d { Eps = 1e-3, Momentum = 0.1, Scale = true, Bias = true } },
        { "aten::batch_norm(%0, None, None, %3, %4, False, 0.2, 1e-5, True)", new BatchNorm2d { Momentum = 0.2 } },
        { "aten::_native_batch_norm_legit_no_training(%0, %1, None, %3, %4, 0.1, 1e-5)",
            new BatchNorm2d { Scale = true } },
        { "aten::batch_norm(%0, %1, %2, None, None, True, 0.1, 1e-3, True)",
            new InstanceNorm { OverBatch = true, Eps = 1e-3, Scale = true, Bias = true } },
        { "aten::_native_batch_norm_legit(%0, %1, %2, %3, %4, False, 0.2, 1e-3)",
            new BatchNorm2d { Eps = 1e-3, Momentum = 0.2, Scale = true, Bias = true } },
        { "aten::_native_batch_norm_legit(%0, None, %1, True, 0.1, 1e-4)",
            new InstanceNorm { OverBatch = true, Eps = 1e-4, Bias = true } },
        { "aten::native_batch_norm(%0, %1, None, None, None, True, 0.1, 1e-5)",
            new InstanceNorm { OverBatch = true, Scale = true } },
        { "aten::cudnn_batch_norm(%0, %1, %2, %3, %4, False, 0.3, 1e-3)",
            new BatchNorm2d { Eps = 1e-3, Momentum = 0.3, Scale = true, Bias = true } },
        { "aten::cudnn_batch_norm(%0, %1, %2, None, None, True, 0.3, 1e-3)",
            new InstanceNorm { OverBatch = true, Eps = 1e-3, Scale = true, Bias = true } },
        { "aten::group_norm(%0, 3, %1, %2, 1e-6, False)",
            new GroupNorm { NumGroups = 3, Eps = 1e-6, Scale = true, Bias = true } },
        { "aten::group_norm(%0, 2)", new GroupNorm { NumGroups = 2 } },
        { "aten::group_norm(%0, num_groups=2, bias=%1)", new GroupNorm { NumGroups = 2, Bias = true } },
        { "aten::native_group_norm(%0, %1, None, 2, 6, 35, 3, 1e-4)",
            new GroupNorm { NumGroups = 3, Eps = 1e-4, Scale = true, Stated = [2, 6, 35] } },
        { "aten::instance_norm(%0, %1, %2, None, None, True, 0.1, 1e-3, True)",
            new InstanceNorm { Eps = 1e-3, Scale = true, Bias = true } },
        { "aten::instance_norm(%0, None, None, None, None, True, 0.1, 1e-5, False)", new InstanceNorm() },
        { "aten::instance_norm(%0, %1, %2, %3, %4, False, 0.1, 1e-5, True)",
            new InstanceNorm { Scale = true, Bias = true, RunningStatistics = true } },
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
        { "aten::rms_norm(%0, [5, 7], %1, 1e-6)",
            new RMSNorm { NormalizedShape = [5, 7], Eps = 1e-6, Scale = true } },
        { "aten::rms_norm(%0, [7])", new RMSNorm { NormalizedShape = [7] } },
        { "aten::_fused_rms_norm(%0, [7], None, None)", new RMSNorm { NormalizedShape = [7] } },
        { "aten::_native_multi_head_attention(%0, %0, %0, 12, 3, %1, %2, %3, %4, None, False)",
            new MultiheadAttention { EmbedDim = 12, NumHeads = 3 } },
        { "aten::_native_multi_head_attention(%0, %1, %2, 12, 3, %3, %4, %5, %6, %7)",
            new MultiheadAttention { EmbedDim = 12, NumHeads = 3, Mask = true } },
        { "aten::_transformer_encoder_layer_fwd(%0, 12, 3, %1, %2, %3, %4, True, False, 1e-6, %5, %6, %7, %8, %9, %10, "
            + "%11, %12)",
            new TransformerEncoderLayer { EmbedDim = 12, NumHeads = 3, UseGelu = true, Eps = 1e-6 } },
        { "aten::scaled_dot_product_attention(%0, %1, %2)", new ScaledDotProductAttention() },
        { "aten::scaled_dot_product_attention(%0, %1, %2, %3, 0.0, False, scale=0.5, enable_gqa=True)",
            new ScaledDotProductAttention { Mask = true, Scale = 0.5, EnableGqa = true } },
        { "aten::scaled_dot_product_attention(%0, %1, %2, None, 0.0, True)",
            new ScaledDotProductAttention { IsCausal = true } },
        { "aten::_scaled_dot_product_efficient_attention(%0, %1, %2, %3, False, 0.0, False, scale=2.0)",
            new ScaledDotProductAttention { Mask = true, Scale = 2 } },
        { "aten::_scaled_dot_product_efficient_attention(%0, %1, %2, None, False, 0.0, True)",
            new ScaledDotProductAttention { IsCausal = true } },
        { "aten::_scaled_dot_product_flash_attention(%0, %1, %2, 0.0, True, False, scale=0.25)",
            new ScaledDotProductAttention { IsCausal = true, Scale = 0.25 } },
        { "aten::_scaled_dot_product_flash_attention_for_cpu(%0, %1, %2, attn_mask=%3)",
            new ScaledDotProductAttention { Mask = true } },
        { "aten::_scaled_dot_product_flash_attention_for_cpu(%0, %1, %2, 0.0, True)",
            new ScaledDotProductAttention { IsCausal = true } },
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
        { "aten::embedding(%0, %1, 2, False, False)", new Embedding() },
        { "aten::eq(%0, %1)", new Comparison { Relation = Relation.Eq } },
        { "aten::eq_(%0, 0)", new Comparison { Relation = Relation.Eq, Other = 0 } },
        { "aten::ne(%0, 1.5)", new Comparison { Relation = Relation.Ne, Other = 1.5 } },
        { "aten::not_equal(%0, %1)", new Comparison { Relation = Relation.Ne } },
        { "aten::lt(%0, 3)", new Comparison { Relation = Relation.Lt, Other = 3 } },
        { "aten::less(%0, %1)", new Comparison { Relation = Relation.Lt } },
        { "aten::le(%0, %1)", new Comparison { Relation = Relation.Le } },
        { "aten::less_equal(%0, 2)", new Comparison { Relation = Relation.Le, Other = 2 } },
        { "aten::gt(%0, 0.5)", new Comparison { Relation = Relation.Gt, Other = 0.5 } },
        { "aten::greater(%0, %1)", new Comparison { Relation = Relation.Gt } },
        { "aten::ge(%0, %1)", new Comparison { Relation = Relation.Ge } },
        { "aten::greater_equal(%0, 1)", new Comparison { Relation = Relation.Ge, Other = 1 } },
        { "aten::logical_and(%0, %1)", new Logical { Connective = Connective.And } },
        { "aten::logical_or(%0, %1)", new Logical { Connective = Connective.Or } },
        { "aten::logical_xor(%0, %1)", new Logical { Connective = Connective.Xor } },
        { "aten::logical_not_(%0)", new Logical { Connective = Connective.Not } },
        { "aten::__and__(%0, %1)", new Bitwise { Connective = Connective.And } },
        { "aten::__or__(%0, 6)", new Bitwise { Connective = Connective.Or, Other = 6 } },
        { "aten::__xor__(%0, %1)", new Bitwise { Connective = Connective.Xor } },
        { "aten::__lshift__(%0, 2)", new Bitwise { Connective = Connective.LeftShift, Other = 2 } },
        { "aten::__rshift__(%0, %1)", new Bitwise { Connective = Connective.RightShift } },
        { "aten::bitwise_and(%0, 6)", new Bitwise { Connective = Connective.And, Other = 6 } },
        { "aten::bitwise_or_(%0, %1)", new Bitwise { Connective = Connective.Or } },
        { "aten::bitwise_xor(%0, %1)", new Bitwise { Connective = Connective.Xor } },
        { "aten::bitwise_not(%0)", new Bitwise { Connective = Connective.Not } },
        { "aten::bitwise_left_shift(%0, 2)", new Bitwise { Connective = Connective.LeftShift, Other = 2 } },
        { "aten::bitwise_right_shift(%0, %1)", new Bitwise { Connective = Connective.RightShift } },
        { "aten::where(%0, %1, %2)", new Where() },
        { "aten::where(%0, %1, 0.5)", new Where { Other = 0.5 } },
        { "aten::where(%0, 2, %1)", new Where { Self = 2 } },
        { "aten::where(%0, 2, 3.5)", new Where { Self = 2, Other = 3.5 } },
        { "aten::masked_fill_(%0, %1, -1e30)", new MaskedFill { Value = -1e30 } },
        { "aten::masked_fill(%0, %1, %2)", new MaskedFill() },
        { "aten::any(%0)", new Any() },
        { "aten::any(%0, 1, True)", new Any { Dims = [1], KeepDims = true } },
        { "aten::any(%0, [0, -1])", new Any { Dims = [0, -1] } },
        { "aten::all(%0, -1)", new Executor.Ops.All { Dims = [-1] } },
        { "aten::all(%0, None, True)", new Executor.Ops.All { KeepDims = true } },
        { "aten::index(%0, [None, %1, %2])", new AdvancedIndex { Axes = [1, 2] } },
        { "aten::_unsafe_index(%0, [%1, None])", new AdvancedIndex { Axes = [0] } },
        { "aten::index_select(%0, -1, %1)", new IndexSelect { Dim = -1 } },
        { "aten::gather(%0, 1, %1, sparse_grad=False)", new Gather { Dim = 1 } },
        { "aten::take_along_dim(%0, %1, 1)", new TakeAlongDim { Dim = 1 } },
        { "aten::arange(5)", new Arange { End = 5, Type = ElementType.Int64 } },
        { "aten::arange(1, 5.5)", new Arange { Start = 1, End = 5.5, Type = ElementType.Float32 } },
        { "aten::arange(1, 9, 2, dtype=3)", new Arange { Start = 1, End = 9, Step = 2, Type = ElementType.Int32 } },
        { "aten::arange(9, dtype=7)", new Arange { End = 9, Type = ElementType.Float32 } },
        { "aten::zeros([2, 3])", new Full { Size = [2, 3], Value = 0 } },
        { "aten::ones([2], dtype=4)", new Full { Size = [2], Value = 1, Type = ElementType.Int64 } },
        { "aten::full([2], 3)", new Full { Size = [2], Value = 3, Type = ElementType.Int64 } },
        { "aten::full([], True)", new Full { Size = [], Value = 1, Type = ElementType.Bool } },
        { "aten::full([2], 3, dtype=6)", new Full { Size = [2], Value = 3 } },
        { "aten::full_like(%0, 0.5, memory_format=1)",
            new Full { Value = 0.5, Type = ElementType.Float32, Follows = true } },
        { "aten::zeros_like(%0, dtype=11)", new Full { Value = 0, Type = ElementType.Bool } },
        { "aten::ones_like(%0)", new Full { Value = 1, Follows = true } },
        { "aten::new_full(%0, [2], 7)", new Full { Size = [2], Value = 7, Follows = true } },
        { "aten::new_ones(%0, [], dtype=11)", new Full { Size = [], Value = 1, Type = ElementType.Bool } },
        { "aten::new_zeros(%0, [3])", new Full { Size = [3], Value = 0, Follows = true } },
        { "aten::empty([2, 3], dtype=7)", new Full { Size = [2, 3], Value = double.NaN, IsUnwritten = true } },
        { "aten::empty([2], dtype=3)",
            new Full { Size = [2], Value = int.MaxValue, Type = ElementType.Int32, IsUnwritten = true } },
        { "aten::empty_like(%0)", new Full { Value = double.NaN, Follows = true, IsUnwritten = true } },
        { "aten::new_empty(%0, [3], dtype=4)", new Full
            { Size = [3], Value = Number.Of(long.MaxValue), Type = ElementType.Int64, IsUnwritten = true } },
        { "aten::scalar_tensor(3)", new Full { Size = [], Value = 3 } },
        { "aten::scalar_tensor(3, dtype=4)", new Full { Size = [], Value = 3, Type = ElementType.Int64 } },
        { "aten::fill_(%0, 2)", new Full { Value = 2, Follows = true } },
        { "aten::fill_(%0, %1)", new Full { Follows = true } },
        { "aten::zero_(%0)", new Full { Value = 0, Follows = true } },
        { "aten::eye(3)", new Eye { Rows = 3, Columns = 3 } },
        { "aten::eye(3, 5, dtype=4)", new Eye { Rows = 3, Columns = 5, Type = ElementType.Int64 } },
        { "aten::linspace(-1, 2.5, 7)", new Linspace { Start = -1, End = 2.5, Steps = 7 } },
        { "aten::tril(%0)", new Triangle { Upper = false } },
        { "aten::triu_(%0, -2)", new Triangle { Upper = true, Diagonal = -2 } },
        { "aten::meshgrid([%0, %1])", new Meshgrid() },
        { "aten::meshgrid([%0, %1], indexing='xy')", new Meshgrid { Indexing = "xy" } },
        { "aten::cumsum(%0, 1, dtype=4)", new Cumulation { Product = false, Dim = 1, Type = ElementType.Int64 } },
        { "aten::cumprod(%0, -1)", new Cumulation { Product = true, Dim = -1 } },
        { "aten::argmax(%0)", new Extreme { Dim = null, IndexOnly = true } },
        { "aten::argmax(%0, -1, True)", new Extreme { Dim = -1, KeepDims = true, IndexOnly = true } },
        { "aten::argmin(%0, 0)", new Extreme { Dim = 0, Smallest = true, IndexOnly = true } },
        { "aten::max(%0, 1)", new Extreme { Dim = 1 } },
        { "aten::min(%0, 1, True)", new Extreme { Dim = 1, KeepDims = true, Smallest = true } },
        { "aten::sort(%0, 0, True)", new Sort { Dim = 0, Descending = true } },
        { "aten::sort(%0, stable=True, dim=1, descending=True)", new Sort { Dim = 1, Descending = true } },
        { "aten::argsort(%0)", new Sort { IndexOnly = true } },
        { "aten::argsort(%0, stable=True, descending=True)", new Sort { Descending = true, IndexOnly = true } },
        { "aten::topk(%0, 3)", new TopK { K = 3 } },
        { "aten::topk(%0, 3, 0, False)", new TopK { K = 3, Dim = 0, Smallest = true } },
        { "aten::flip(%0, [0, -1])", new Flip { Dims = [0, -1] } },
        { "aten::numpy_T(%0)", new NumpyT() },
        { "aten::outer(%0, %1)", new Outer() },
        { "aten::ger(%0, %1)", new Outer() },
        { "aten::diff(%0)", new Diff() },
        { "aten::diff(%0, 2, 1, %1, %2)", new Diff { Order = 2, Dim = 1, Prepend = true, Append = true } },
        { "aten::diff(%0, append=%1, dim=0)", new Diff { Dim = 0, Append = true } },
        { "aten::hstack([%0, %1])", new HStack() },
        { "aten::vstack([%0, %1])", new VStack() },
        { "aten::row_stack([%0])", new VStack() },
        { "aten::dstack([%0, %1])", new DStack() },
        { "aten::column_stack([%0, %1])", new ColumnStack() },
        { "aten::linalg_cross(%0, %1)", new Cross { Dim = -1 } },
        { "aten::cross(%0, %1, 2)", new Cross { Dim = 2 } },
        { "aten::cross(%0, %1)", new Cross() },
        { "aten::trapezoid(%0, %1, dim=0)", new Trapezoid { Dim = 0 } },
        { "aten::trapezoid(%0, dx=0.5)", new Trapezoid { Step = 0.5 } },
        { "aten::trapezoid(%0)", new Trapezoid { Step = 1 } },
        { "aten::trapz(%0, %1)", new Trapezoid() },
        { "aten::trapz(%0, dx=2.0, dim=1)", new Trapezoid { Step = 2, Dim = 1 } },
        { "aten::rot90(%0)", new Rot90() },
        { "aten::rot90(%0, -3, [2, -1])", new Rot90 { Quarters = -3, Dims = [2, -1] } },
        { "aten::kron(%0, %1)", new Kron() },
        { "aten::cosine_similarity(%0, %1)", new CosineSimilarity() },
        { "aten::cosine_similarity(%0, %1, -1, 0.5)", new CosineSimilarity { Dim = -1, Eps = 0.5 } },
        { "aten::pairwise_distance(%0, %1)", new PairwiseDistance() },
        { "aten::pairwise_distance(%0, %1, 1.0, 0.0, True)",
            new PairwiseDistance { Order = 1, Eps = 0, KeepDim = true } },
        { "aten::linalg_norm(%0)", new MatrixNorm() },
        { "aten::linalg_norm(%0, 2, [1])", new MatrixNorm { Order = 2, Dims = [1] } },
        { "aten::linalg_norm(%0, 'fro', [0, 1], True)",
            new MatrixNorm { Dims = [0, 1], KeepDims = true, Named = true } },
        { "aten::linalg_matrix_norm(%0, -1)", new MatrixNorm { Order = -1, Dims = [-2, -1] } },
        { "aten::linalg_matrix_norm(%0)", new MatrixNorm { Dims = [-2, -1], Named = true } },
        { "aten::linalg_matrix_norm(%0, 'nuc')", new MatrixNorm { Dims = [-2, -1], Named = true, Nuclear = true } },
        { "aten::linalg_svdvals(%0)", new SvdVals() },
        { "aten::linalg_svdvals(%0, driver='gesvd')", new SvdVals() },
        { "aten::renorm(%0, 2, 0, 3.0)", new Renorm { Order = 2, Dim = 0, Most = 3 } },
        { "aten::addbmm(%0, %1, %2, beta=0.5)", new AddProduct { Axes = 3, Summed = true, Beta = 0.5 } },
        { "aten::mvlgamma(%0, 3)", new Multigammaln { P = 3 } },
        { "aten::special_multigammaln(%0, 1)", new Multigammaln { P = 1 } },
        { "aten::lgamma(%0)", new Lgamma() },
        { "aten::special_gammaln(%0)", new Lgamma() },
        { "aten::erfinv(%0)", new Erfinv() },
        { "aten::special_erfinv(%0)", new Erfinv() },
        { "aten::heaviside(%0, %1)", new Heaviside() },
        { "aten::logaddexp(%0, %1)", new LogAddExp() },
        { "aten::logaddexp2(%0, %1)", new LogAddExp { OfTwo = true } },
        { "aten::index_copy(%0, 1, %1, %2)", new IndexCopy { Dim = 1 } },
        { "aten::index_fill(%0, -1, %1, 0.5)", new IndexCopy { Dim = -1, Fills = true, Value = 0.5 } },
        { "aten::index_fill(%0, 0, %1, %2)", new IndexCopy { Dim = 0, Fills = true } },
        { "aten::masked_scatter(%0, %1, %2)", new MaskedScatter() },
        { "aten::masked_select(%0, %1)", new MaskedSelect() },
        { "aten::nonzero(%0)", new Nonzero() },
        { "aten::argwhere(%0)", new Nonzero() },
        { "aten::nonzero_numpy(%0)", new Nonzero { ByAxis = true } },
        { "aten::where(%0)", new Nonzero { ByAxis = true } },
        { "aten::broadcast_tensors([%0, %1])", new BroadcastTensors() },
        { "aten::linspace(%0, %1, 5)", new LinspaceBetween { Steps = 5 } },
        { "aten::linspace(%0, 2, 5, dtype=7)", new LinspaceBetween { End = 2, Steps = 5 } },
        { "aten::linspace(1.5, %0, 5)", new LinspaceBetween { Start = 1.5, Steps = 5 } },
        { "aten::diagonal(%0)", new Diagonal() },
        { "aten::diagonal(%0, -1, 2, 0)", new Diagonal { Offset = -1, First = 2, Second = 0 } },
        { "aten::diagonal_copy(%0, 1)", new Diagonal { Offset = 1 } },
        { "aten::linalg_diagonal(%0, offset=2)", new Diagonal { Offset = 2, First = -2, Second = -1 } },
        { "aten::unfold(%0, 1, 3, 2)", new TensorUnfold { Dim = 1, Size = 3, Step = 2 } },
        { "aten::unfold_copy(%0, -1, 2, 1)", new TensorUnfold { Dim = -1, Size = 2, Step = 1 } },
        { "aten::searchsorted(%0, %1)", new SearchSorted() },
        { "aten::searchsorted(%0, %1, out_int32=True, side='right', sorter=%2)",
            new SearchSorted { Right = true, Narrow = true, Sorter = true } },
        { "aten::searchsorted(%0, 2.5, right=True)", new SearchSorted { Value = 2.5, Right = true } },
        { "aten::bucketize(%0, %1, right=True)", new SearchSorted { ValuesFirst = true, Right = true } },
        { "aten::bucketize(3, %0, out_int32=True)", new SearchSorted { Value = 3, Narrow = true } },
        { "aten::cdist(%0, %1)", new CDist() },
        { "aten::cdist(%0, %1, 1.0, 2)", new CDist { Order = 1 } },
        { "aten::_cdist_forward(%0, %1, 0.0, None)", new CDist { Order = 0 } },
        { "aten::_euclidean_dist(%0, %1)", new CDist() },
        { "aten::logcumsumexp(%0, -1)", new LogCumsumExp { Dim = -1 } },
        { "aten::max_unpool2d(%0, %1, [6, 4])", new MaxUnpool { Sizes = [6, 4] } },
        { "aten::max_unpool3d(%0, %1, [6, 4, 2], [2, 2, 2], [0, 0, 0])", new MaxUnpool { Sizes = [6, 4, 2] } },
        { "aten::scatter(%0, 1, %1, %2, reduce='add')", new Scatter { Dim = 1, Adds = true } },
        { "aten::scatter(%0, 1, %1, 2, reduce='multiply')", new Scatter { Dim = 1, Value = 2, Multiplies = true } },
        { "aten::repeat_interleave(%0, %1, 1, output_size=6)", new RepeatInterleave { Size = 6, Dim = 1 } },
        { "torchvision::roi_align(%0, %1, 0.25, 7, 5, 2, True)",
            new RoIAlign { Scale = 0.25, Height = 7, Width = 5, Samples = 2, Aligned = true } },
        { "torchvision::ps_roi_align(%0, %1, 0.5, 3, 2, -1)", new PSRoIAlign { Scale = 0.5, Height = 3, Width = 2 } },
        { "torchvision::roi_pool(%0, %1, 1.0, 3, 2)", new RoIPool { Scale = 1, Height = 3, Width = 2 } },
        { "torchvision::ps_roi_pool(%0, %1, 1.0, 3, 2)", new PSRoIPool { Scale = 1, Height = 3, Width = 2 } },
        { "torchvision::deform_conv2d(%0, %1, %2, %3, %4, 2, 1, 1, 0, 1, 2, 3, 4, True)",
            new DeformConv2d
            {
                Stride = [2, 1], Padding = [1, 0], Dilation = [1, 2], Groups = 3, OffsetGroups = 4, UsesMask = true,
            } },
        { "aten::one_hot(%0, 9)", new OneHot { Classes = 9 } },
        { "aten::scatter(%0, 1, %1, %2)", new Scatter { Dim = 1 } },
        { "aten::scatter_(%0, 1, %1, 0.5)", new Scatter { Dim = 1, Value = 0.5 } },
        { "aten::scatter_add(%0, -1, %1, %2)", new Scatter { Dim = -1, Adds = true } },
        { "aten::index_put_(%0, [None, %1], %2, True)", new IndexPut { Axes = [1], Adds = true } },
        { "aten::index_put(%0, [%1], %2)", new IndexPut { Axes = [0] } },
        { "aten::_weight_norm(%0, %1)", new WeightNorm() },
        { "aten::_weight_norm(%0, %1, 2)", new WeightNorm { Dim = 2 } },
        { "aten::_weight_norm_interface(%0, %1, -1)", new WeightNorm { Dim = -1 } },
        { "aten::index_copy(%0, -1, %1, %2)", new IndexCopy { Dim = -1 } },
        { "aten::index_copy_(%0, 0, %1, %2)", new IndexCopy { Dim = 0 } },
        { "aten::index_fill(%0, 1, %1, 2.5)", new IndexCopy { Dim = 1, Fills = true, Value = 2.5 } },
        { "aten::index_fill(%0, 1, %1, %2)", new IndexCopy { Dim = 1, Fills = true } },
        { "aten::index_fill_(%0, -2, %1, 3)", new IndexCopy { Dim = -2, Fills = true, Value = Number.Of(3) } },
        { "aten::index_add(%0, 0, %1, %2, alpha=2)", new IndexAdd { Dim = 0, Alpha = 2 } },
        { "aten::slice_scatter(%0, %1, 1, None, 9223372036854775807, 2)",
            new WriteInto { Place = new Slice { Dim = 1, Step = 2 } } },
        { "aten::select_scatter(%0, %1, -1, 3)", new WriteInto { Place = new Slice { Dim = -1 }, Index = 3 } },
        { "aten::copy_(%0, %1)", new Copy() },
        { "aten::copy(%0, %1, True)", new Copy() },
        { "aten::dropout(%0, 0.0, True)", new Identity() },
        { "aten::dropout(%0, 0.5, False)", new Identity() },
        { "aten::contiguous(%0, memory_format=0)", new Identity() },
        { "aten::stack([%0, %1], -1)", new Stack { Dim = -1 } },
        { "aten::stack([%0, %1])", new Stack() },
        { "aten::expand_as(%0, %1)", new ExpandAs() },
        { "aten::reshape_as(%0, %1)", new ReshapeAs() },
        { "aten::view_as(%0, %1)", new ReshapeAs() },
        { "aten::broadcast_to(%0, [2, -1])", new Expand { Sizes = [2, -1] } },
        { "aten::repeat(%0, [2, 1])", new Repeat { Repeats = [2, 1] } },
        { "aten::tile(%0, [2])", new Repeat { Repeats = [2], Tile = true } },
        { "aten::repeat_interleave(%0, 3)", new RepeatInterleave { Repeats = 3 } },
        { "aten::repeat_interleave(%0, 3, -1)", new RepeatInterleave { Repeats = 3, Dim = -1 } },
        { "aten::repeat_interleave(%0, 3, 0, output_size=6)", new RepeatInterleave { Repeats = 3, Dim = 0 } },
        { "aten::roll(%0, 1, 2)", new Roll { Shifts = [1], Dims = [2] } },
        { "aten::roll(%0, [1, -2], [0, 3])", new Roll { Shifts = [1, -2], Dims = [0, 3] } },
        { "aten::roll(%0, [7])", new Roll { Shifts = [7] } },
        { "aten::pixel_shuffle(%0, 2)", new PixelShuffle { Factor = 2 } },
        { "aten::pixel_unshuffle(%0, 3)", new PixelShuffle { Factor = 3, Back = true } },
        { "aten::channel_shuffle(%0, 4)", new ChannelShuffle { Groups = 4 } },
        { "aten::native_channel_shuffle(%0, 4)", new ChannelShuffle { Groups = 4 } },
        { "aten::tensor_split(%0, 3, 1)", new TensorSplit { Sections = 3, Dim = 1 } },
        { "aten::tensor_split(%0, [1, 4])", new TensorSplit { Indices = [1, 4] } },
        { "aten::unsafe_chunk(%0, 2, 1)", new Split { Chunks = 2, Dim = 1, Results = 1 } },
        { "aten::unsafe_split(%0, 2)", new Split { Size = 2, Results = 1 } },
        { "aten::unsafe_split_with_sizes(%0, [2, 3], -1)", new Split { Sizes = [2, 3], Dim = -1, Results = 1 } },
        { "aten::movedim(%0, 1, -1)", new Movedim { Sources = [1], Destinations = [-1] } },
        { "aten::moveaxis(%0, [1, 0], [0, 2])", new Movedim { Sources = [1, 0], Destinations = [0, 2] } },
        { "aten::mT(%0)", new Transpose { Dim0 = -2, Dim1 = -1 } },
        { "aten::adjoint(%0)", new Transpose { Dim0 = -2, Dim1 = -1 } },
        { "aten::ravel(%0)", new Flatten { StartDim = 0, EndDim = -1 } },
        { "aten::as_strided(%0, [2, 3], [3, 1])", new AsStrided { Sizes = [2, 3], Strides = [3, 1] } },
        { "aten::as_strided(%0, [2], [1], 4)", new AsStrided { Sizes = [2], Strides = [1], Offset = 4 } },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_call_is_read_as(string call, Op expected) =>
        OpSet.Parse(CallText.Call(call)).Op.Should().Be(expected);

    [Theory]
    [InlineData("aten::batch_norm(%0, %1, %2, %3, %4, True, 0.1, 1e-5, True)")]
    [InlineData("aten::instance_norm(%0, %1, %2, %3, %4, True, 0.1, 1e-5, True)")]
    [InlineData("aten::lstm(%0, [%1, %2], [%3, %4], False, 2, 0.5, True, False, False)")]
    [InlineData("aten::scaled_dot_product_attention(%0, %1, %2, None, 0.1)")]
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
    [InlineData("aten::batch_norm(%0, %1, %2, %3, None, False, 0.1, 1e-5, True)", "one of running_mean and")]
    [InlineData("aten::batch_norm(%0, %1, %2, None, None, False, 0.1, 1e-5, True)", "no running statistics")]
    [InlineData("aten::rms_norm(%0, [])", "normalized_shape is empty")]
    [InlineData("aten::scaled_dot_product_attention(%0, %1, %2, %3, 0.0, True)", "attn_mask beside is_causal=True")]
    [InlineData("aten::group_norm(%0, 0)", "num_groups=0, expected at least 1")]
    [InlineData("aten::native_group_norm(%0, %1, None, 2, 6, 35, 0, 1e-4)", "group=0, expected at least 1")]
    [InlineData("aten::instance_norm(%0, None, None, None, None, False, 0.1, 1e-5, True)", "use_input_stats=False")]
    [InlineData("aten::_convolution(%0, %1, None, [], [], [], False, [], 1, False, False, True, True)",
        "0-d convolution")]
    [InlineData("aten::convolution(%0, %1, None, [1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], True, [0, 0, 0, 0], 1)",
        "4-d convolution")]
    [InlineData("aten::conv2d(%0, %1, None, [2, 1], 'same')", "padding='same' with a stride")]
    [InlineData("aten::conv2d(%0, %1, None, 1, 'reflect')", "padding='reflect'")]
    [InlineData("aten::conv2d(%0, %1, None, 1, [-1, 0])", "negative")]
    [InlineData("aten::conv2d(%0, %1, None, [1, 1, 1])", "stride has 3 numbers, expected 2")]
    [InlineData("aten::layer_norm(%0, [])", "normalized_shape is empty")]
    [InlineData("aten::div(%0, %1, rounding_mode='ceil')", "rounding_mode='ceil'")]
    [InlineData("aten::prod(%0, dtype=3)", "it multiplies in int32")]
    [InlineData("aten::clamp(%0, None, None)", "neither min nor max")]
    [InlineData("aten::linalg_vector_norm(%0, 2, [1], dtype=4)", "it casts to int64")]
    [InlineData("aten::einsum('i->i->i', [%0])", "several arrows")]
    [InlineData("aten::einsum('i,j', [%0])", "2 terms for 1 operands")]
    [InlineData("aten::einsum('i.j', [%0])", "'i.j'")]
    [InlineData("aten::einsum('ii->i', [%0])", "a letter twice")]
    [InlineData("aten::einsum('i->ij', [%0])", "no operand has 'j'")]
    [InlineData("aten::lstm_cell(%0, [%1, %2], %3, %4, %5, None)", "one of b_ih and b_hh")]
    [InlineData("aten::gru(%0, %1, [%2, %3], False, 0, 0.0, False, False, False)", "num_layers=0")]
    [InlineData("aten::arange(3, 2)", "start, end and step are 3, 2 and 1")]
    [InlineData("aten::arange(1.5, dtype=4)", "int64 from numbers that are no integers")]
    [InlineData("aten::all(%0, [])", "dim=[]")]
    [InlineData("aten::any(%0, [], True)", "dim=[]")]
    [InlineData("aten::bitwise_and(%0, True)", "other=True")]
    [InlineData("aten::where(%0, %1, False)", "other=False")]
    [InlineData("aten::linspace(0, 5, 6, dtype=4)", "it gives int64")]
    [InlineData("aten::topk(%0, 3, -1, True, False)", "sorted=False")]
    [InlineData("aten::clamp(%0)", "neither min nor max")]
    [InlineData("aten::gelu(%0, approximate='sigmoid')", "approximate='sigmoid'")]
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
    [InlineData("aten::diff(%0, -1)", "n is -1")]
    [InlineData("aten::linalg_matrix_norm(%0, 'max')", "ord='max'")]
    [InlineData("aten::linalg_norm(%0, 3, [0, 1])", "ord=3")]
    [InlineData("aten::mvlgamma(%0, 0)", "p is 0")]
    [InlineData("aten::unfold(%0, 0, 2, 0)", "step 0")]
    [InlineData("aten::cdist(%0, %1, -1.0)", "p is -1")]
    [InlineData("aten::searchsorted(%0, %1, right=True, side='left')", "no two sides")]
    [InlineData("aten::renorm(%0, 0, 0, 1.0)", "p is 0")]
    [InlineData("aten::linspace(%0, %1, 3, dtype=6)", "computes in float32")]
    [InlineData("aten::scatter(%0, 0, %1, %2, reduce='max')", "reduce='max'")]
    [InlineData("torchvision::roi_align(%0, %1, 1.0, 2, 2, 65, True)", "sampling_ratio is 65")]
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
