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
        Of("aten::acos", x => x.acos()),
        Of("aten::acosh", x => x.acosh()),
        Of("aten::arccos", x => x.acos()),
        Of("aten::arccosh", x => x.acosh()),
        Of("aten::arcsin", x => x.asin()),
        Of("aten::arcsinh", x => x.asinh()),
        Of("aten::arctan", x => x.atan()),
        Of("aten::arctanh", x => x.atanh()),
        Of("aten::asin", x => x.asin()),
        Of("aten::asinh", x => x.asinh()),
        Of("aten::atan", x => x.atan()),
        Of("aten::atanh", x => x.atanh()),
        Of("aten::ceil", x => x.ceil()),
        Of("aten::cos", x => x.cos()),
        Of("aten::cosh", x => x.cosh()),
        Of("aten::erf", x => x.erf()),
        Of("aten::erfc", x => x.erfc()),
        Of("aten::erfinv", x => x.erfinv()),
        Of("aten::exp", x => x.exp()),
        Of("aten::exp2", x => x.exp2()),
        Of("aten::exp_", x => x.exp()),
        Of("aten::expm1", x => x.expm1()),
        Of("aten::fix", x => x.trunc()),
        Of("aten::floor", x => x.floor()),
        Of("aten::frac", x => x.frac()),
        Of("aten::isfinite", x => x.isfinite()),
        Of("aten::isinf", x => x.isinf()),
        Of("aten::isnan", x => x.isnan()),
        Of("aten::isneginf", x => x.isneginf()),
        Of("aten::isposinf", x => x.isposinf()),
        Of("aten::lgamma", x => x.lgamma()),
        Of("aten::log", x => x.log()),
        Of("aten::log10", x => x.log10()),
        Of("aten::log1p", x => x.log1p()),
        Of("aten::log2", x => x.log2()),
        new("aten::nan_to_num", a => a.Tensor(0, "self").nan_to_num(
            a.Number(1, "nan", 0), a.NumberOrNull(2, "posinf"), a.NumberOrNull(3, "neginf"))),
        new("aten::neg", a => a.Any(0, "self") switch
        {
            IntValue number => -number.Number,
            FloatValue number => -number.Number,
            _ => a.Tensor(0, "self").neg(),
        }),
        Of("aten::negative", x => x.neg()),
        Of("aten::reciprocal", x => x.reciprocal()),
        new("aten::round", Round),
        Of("aten::rsqrt", x => x.rsqrt()),
        Of("aten::sgn", x => x.sgn()),
        Of("aten::sign", x => x.sign()),
        Of("aten::signbit", x => x.signbit()),
        Of("aten::sin", x => x.sin()),
        Of("aten::sinh", x => x.sinh()),
        Of("aten::special_erf", x => x.erf()),
        Of("aten::special_erfc", x => x.erfc()),
        Of("aten::special_erfinv", x => x.erfinv()),
        Of("aten::special_exp2", x => x.exp2()),
        Of("aten::special_expm1", x => x.expm1()),
        Of("aten::special_gammaln", x => x.lgamma()),
        Of("aten::special_log1p", x => x.log1p()),
        new("aten::special_round", Round),
        Of("aten::sqrt", x => x.sqrt()),
        Of("aten::square", x => x.square()),
        Of("aten::tan", x => x.tan()),
        Of("aten::trunc", x => x.trunc()),
    ];

    // To decimals as a product by a power of ten, rounded, divided by it.
    static Value Round(Reading a)
    {
        var self = a.Tensor(0, "self");
        long decimals = a.Int(-1, "decimals", 0);
        // TorchSharp always states decimals, with which libtorch rounds no integers, though it does without.
        if (!self.is_floating_point() && (decimals != 0 || self.dtype == ScalarType.Bool))
            throw new ArgumentException($"round of {self.dtype} to {decimals} decimals");
        if (!self.is_floating_point()) return self.alias();
        if (decimals == 0) return self.round();
        double ten = Math.Pow(10, Math.Abs(decimals));
        return decimals > 0 ? self.mul(ten).round().div(ten) : self.div(ten).round().mul(ten);
    }

    static Arm Of(string target, Func<Tensor, Tensor> function) => new(target, a => function(a.Tensor(0, "self")));
}
