using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Mathematical functions of one tensor.</summary>
static class Unary
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        Of("aten::abs", x => x.abs()),
        Of("aten::absolute", x => x.abs()),
        Of("aten::ceil", x => x.ceil()),
        Of("aten::cos", x => x.cos()),
        Of("aten::erf", x => x.erf()),
        Of("aten::exp", x => x.exp()),
        Of("aten::exp_", x => x.exp()),
        Of("aten::expm1", x => x.expm1()),
        Of("aten::floor", x => x.floor()),
        Of("aten::log", x => x.log()),
        Of("aten::log1p", x => x.log1p()),
        new("aten::neg", a => a.Any(0, "self") switch
        {
            IntValue number => -number.Number,
            FloatValue number => -number.Number,
            _ => a.Tensor(0, "self").neg(),
        }),
        Of("aten::negative", x => x.neg()),
        Of("aten::reciprocal", x => x.reciprocal()),
        Of("aten::round", x => x.round()),
        Of("aten::rsqrt", x => x.rsqrt()),
        Of("aten::sign", x => x.sign()),
        Of("aten::sin", x => x.sin()),
        Of("aten::sqrt", x => x.sqrt()),
        Of("aten::square", x => x.square()),
        Of("aten::trunc", x => x.trunc()),
    ];

    static Arm Of(string target, Func<Tensor, Tensor> function) => new(target, a => function(a.Tensor(0, "self")));
}
