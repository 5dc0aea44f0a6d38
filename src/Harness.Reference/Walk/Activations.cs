using System.Collections.Immutable;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Element-wise functions that networks call activations, and dropout. In-place forms compute a new tensor:
/// in a trace the result stands for the argument from then on.</summary>
static class Activations
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_log_softmax", a =>
        {
            a.Pass(2, "half_to_float");
            return a.Tensor(0, "self").log_softmax(a.Int(1, "dim"));
        }),
        new("aten::_softmax", a =>
        {
            a.Pass(2, "half_to_float");
            return a.Tensor(0, "self").softmax(a.Int(1, "dim"));
        }),
        new("aten::alpha_dropout", Dropout),
        new("aten::celu", Celu),
        new("aten::celu_", Celu),
        new("aten::dropout", Dropout),
        new("aten::dropout_", Dropout),
        new("aten::elu", Elu),
        new("aten::elu_", Elu),
        new("aten::feature_alpha_dropout", Dropout),
        new("aten::feature_dropout", Dropout),
        new("aten::feature_dropout_", Dropout),
        new("aten::gelu", a => Gelu(a, a.Tensor(0, "self"), a.Text(1, "approximate", "none"))),
        new("aten::gelu_", a => Gelu(a, a.Tensor(0, "self"), a.Text(1, "approximate", "none"))),
        new("aten::glu", a => F.glu(a.Tensor(0, "self"), a.Int(1, "dim", -1))),
        new("aten::hardshrink", a => F.hardshrink(a.Tensor(0, "self"), a.Number(1, "lambd", 0.5))),
        new("aten::hardsigmoid", a => F.hardsigmoid(a.Tensor(0, "self"))),
        new("aten::hardsigmoid_", a => F.hardsigmoid(a.Tensor(0, "self"))),
        new("aten::hardswish", a => F.hardswish(a.Tensor(0, "self"))),
        new("aten::hardswish_", a => F.hardswish(a.Tensor(0, "self"))),
        new("aten::hardtanh", HardTanh),
        new("aten::hardtanh_", HardTanh),
        new("aten::leaky_relu", a => F.leaky_relu(a.Tensor(0, "self"), a.Number(1, "negative_slope", 0.01))),
        new("aten::leaky_relu_", a => F.leaky_relu(a.Tensor(0, "self"), a.Number(1, "negative_slope", 0.01))),
        new("aten::log_sigmoid", LogSigmoid),
        new("aten::log_softmax", a => a.Tensor(0, "self").log_softmax(a.Int(1, "dim"), a.TypeOrNull(2, "dtype"))),
        new("aten::mish", a => F.mish(a.Tensor(0, "self"))),
        new("aten::mish_", a => F.mish(a.Tensor(0, "self"))),
        new("aten::native_dropout", NativeDropout),
        new("aten::prelu", a => F.prelu(a.Tensor(0, "self"), a.Tensor(1, "weight"))),
        new("aten::relu", a => F.relu(a.Tensor(0, "self"))),
        new("aten::relu6", a => F.relu6(a.Tensor(0, "self"))),
        new("aten::relu6_", a => F.relu6(a.Tensor(0, "self"))),
        new("aten::relu_", a => F.relu(a.Tensor(0, "self"))),
        new("aten::rrelu", RRelu),
        new("aten::selu", a => F.selu(a.Tensor(0, "self"))),
        new("aten::selu_", a => F.selu(a.Tensor(0, "self"))),
        new("aten::sigmoid", a => sigmoid(a.Tensor(0, "self"))),
        new("aten::sigmoid_", a => sigmoid(a.Tensor(0, "self"))),
        new("aten::silu", a => F.silu(a.Tensor(0, "self"))),
        new("aten::silu_", a => F.silu(a.Tensor(0, "self"))),
        new("aten::softmax", a => a.Tensor(0, "self").softmax(a.Int(1, "dim"), a.TypeOrNull(2, "dtype"))),
        new("aten::softplus", a =>
            F.softplus(a.Tensor(0, "self"), a.Number(1, "beta", 1), a.Number(2, "threshold", 20))),
        new("aten::softshrink", a => F.softshrink(a.Tensor(0, "self"), a.Number(1, "lambd", 0.5))),
        new("aten::special_expit", a => sigmoid(a.Tensor(0, "self"))),
        new("aten::tanh", a => tanh(a.Tensor(0, "self"))),
        new("aten::tanh_", a => tanh(a.Tensor(0, "self"))),
        new("aten::threshold", a => F.threshold(a.Tensor(0, "self"), a.Number(1, "threshold"), a.Number(2, "value"))),
        new("aten::threshold_", a => F.threshold(a.Tensor(0, "self"), a.Number(1, "threshold"), a.Number(2, "value"))),
    ];

    // dropout(input, p, train)
    static Value Dropout(Reading a) => Kept(a, false);

    static Tensor Kept(Reading a, bool train)
    {
        a.Pass(1, "p");
        return a.Flag(2, "train", train)
            ? throw a.Refuse("dropout is in training mode, so its result is random; call model.eval() before tracing")
            : a.Tensor(0, "input").alias();
    }

    // The second result says which elements were kept: all of them. A train of None is true.
    static Value NativeDropout(Reading a)
    {
        var y = Kept(a, true);
        return new[] { y, ones_like(y, ScalarType.Bool) };
    }

    static Tensor Gelu(Reading a, Tensor x, string approximate) => approximate switch
    {
        "none" => F.gelu(x, GELU.Approximate.none),
        "tanh" => F.gelu(x, GELU.Approximate.tanh),
        _ => throw a.Refuse($"approximation '{approximate}' is neither 'none' nor 'tanh'"),
    };

    // elu(self, alpha=1, scale=1, input_scale=1); functional.elu takes alpha alone:
    // scale · (x > 0 ? x : alpha · (exp(input_scale · x) − 1))
    static Value Elu(Reading a)
    {
        var x = a.Tensor(0, "self");
        if (!x.is_floating_point()) throw new ArgumentException($"elu is not implemented for {x.dtype}");
        double alpha = a.Number(1, "alpha", 1), scale = a.Number(2, "scale", 1);
        double inputScale = a.Number(3, "input_scale", 1);
        return where(x.gt(0), x, x.mul(inputScale).expm1().mul(alpha)).mul(scale);
    }

    // rrelu(self, lower=1/8, upper=1/3, training=False, generator=None): what is random in training alone.
    static Value RRelu(Reading a)
    {
        double lower = a.Number(1, "lower", 1.0 / 8), upper = a.Number(2, "upper", 1.0 / 3);
        a.Pass(4, "generator");
        return a.Flag(3, "training", false)
            ? throw a.Refuse("rrelu is in training mode, so its result is random; call model.eval() before tracing")
            : F.leaky_relu(a.Tensor(0, "self"), (lower + upper) / 2);
    }

    // log σ(x) = min(x, 0) − log(1 + exp(−|x|)), which overflows nowhere.
    static Value LogSigmoid(Reading a)
    {
        var x = a.Tensor(0, "self");
        return x.clamp(max: 0).sub(x.abs().neg().exp().log1p());
    }

    // max(0, x) + min(0, alpha · (exp(x / alpha) − 1))
    static Value Celu(Reading a) => F.celu(a.Tensor(0, "self"), a.Number(1, "alpha", 1));

    // functional.hardtanh of TorchSharp 0.107 returns its argument unchanged; hardtanh is a clamp by definition.
    static Value HardTanh(Reading a)
    {
        var self = a.Tensor(0, "self");
        double min = a.Number(1, "min_val", -1), max = a.Number(2, "max_val", 1);
        // A clamp by floats makes floats of integers; hardtanh takes the limits as integers instead.
        return self.is_floating_point() ? self.clamp(min, max) : self.clamp((long)min, (long)max);
    }
}
