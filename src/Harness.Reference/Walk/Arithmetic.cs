using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Two operands, broadcast: tensors, or a tensor and a number, or (sizes of a trace) two numbers.</summary>
static class Arithmetic
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::add", Add),
        new("aten::add_", Add),
        new("aten::addcdiv", a =>
            a.Tensor(0, "self").add(a.Tensor(1, "tensor1").div(a.Tensor(2, "tensor2")), Value(a))),
        new("aten::addcmul", a =>
            a.Tensor(0, "self").add(a.Tensor(1, "tensor1").mul(a.Tensor(2, "tensor2")), Value(a))),
        new("aten::arctan2", a => a.Tensor(0, "self").atan2(a.Tensor(1, "other"))),
        new("aten::atan2", a => a.Tensor(0, "self").atan2(a.Tensor(1, "other"))),
        new("aten::div", Divide),
        new("aten::div_", Divide),
        new("aten::divide", Divide),
        new("aten::floor_divide", FloorDivide),
        new("aten::floordiv", FloorDivide),
        new("aten::fmax", a => a.Tensor(0, "self").fmax(a.Tensor(1, "other"))),
        new("aten::fmin", a => a.Tensor(0, "self").fmin(a.Tensor(1, "other"))),
        new("aten::fmod", a => Pair(a, (x, y) => x.fmod(y), (x, y) => x.fmod(y), (x, y) => x % y, (x, y) => x % y)),
        new("aten::heaviside", a =>
        {
            // libtorch's own has no derivative.
            Tensor self = a.Tensor(0, "self"), values = a.Tensor(1, "values");
            return where(self.eq(0), values, self.gt(0).to_type(values.dtype));
        }),
        new("aten::hypot", a => a.Tensor(0, "self").hypot(a.Tensor(1, "other"))),
        new("aten::lerp", a => a.Any(2, "weight") is TensorValue weight
            ? a.Tensor(0, "self").lerp(a.Tensor(1, "end"), weight.Tensor)
            : Lerp(a)),
        new("aten::logaddexp", a => a.Tensor(0, "self").logaddexp(a.Tensor(1, "other"))),
        new("aten::logaddexp2", a => a.Tensor(0, "self").logaddexp2(a.Tensor(1, "other"))),
        new("aten::maximum", a => a.Tensor(0, "self").maximum(a.Tensor(1, "other"))),
        new("aten::minimum", a => a.Tensor(0, "self").minimum(a.Tensor(1, "other"))),
        new("aten::mul", Multiply),
        new("aten::mul_", Multiply),
        new("aten::multiply", Multiply),
        new("aten::pow", Power),
        new("aten::remainder", Remainder),
        new("aten::rsub", ReverseSubtract),
        new("aten::special_xlogy", Xlogy),
        new("aten::sub", Subtract),
        new("aten::sub_", Subtract),
        new("aten::subtract", Subtract),
        new("aten::true_divide", Divide),
        new("aten::xlogy", Xlogy),
    ];

    static bool AreNumbers(Reading a) => a.Any(0, "self") is not TensorValue && a.Any(1, "other") is not TensorValue;

    static Scalar Alpha(Reading a) => AlphaOrNull(a) ?? a.Kept(1);

    // As PyTorch refuses it; its own words would come after a product in float32 only.
    static Scalar? AlphaOrNull(Reading a)
    {
        bool isFloat = a.Peek(2, "alpha") is FloatValue;
        if (isFloat && a.Peek(0, "self") is TensorValue { Tensor: var self } && !self.is_floating_point()
            && a.Peek(1, "other") is not FloatValue
            && !(a.Peek(1, "other") is TensorValue { Tensor: var other } && other.is_floating_point()))
            throw new ArgumentException("for integral input tensors, alpha must not be a floating point number");
        return a.ScalarOrNull(2, "alpha");
    }

    // Keyword-only in every schema that has it.
    static Scalar Value(Reading a) => a.ScalarOrNull(-1, "value") ?? a.Kept(1);

    // self + alpha · other
    static Value Add(Reading a)
    {
        if (AreNumbers(a)) return Pair(a, Never, Never, (x, y) => checked(x + y), (x, y) => x + y);
        var alpha = Alpha(a);
        return Pair(a, (x, y) => x.add(y, alpha), (x, y) => x.add(y, alpha), Never, Never);
    }

    // self − alpha · other; TorchSharp's sub takes no alpha, and x + (−alpha)·y rounds as x − alpha·y does.
    static Value Subtract(Reading a)
    {
        if (AreNumbers(a)) return Pair(a, Never, Never, (x, y) => checked(x - y), (x, y) => x - y);
        RefuseFlags(a);
        var alpha = AlphaOrNull(a);
        if (alpha is null) return Pair(a, (x, y) => x.sub(y), (x, y) => x.sub(y), Never, Never);
        // Numbers of Python are float64 or int64 until they meet a tensor.
        return Pair(a, (x, y) => x.sub(Times(y, alpha, x)), (x, _) => x.sub(Product(a)), Never, Never);
    }

    static Scalar Product(Reading a)
    {
        if (a.Peek(1, "other") is FloatValue || a.Peek(2, "alpha") is FloatValue)
            return a.Kept(a.Number(1, "other") * a.Number(2, "alpha"));
        return a.Kept(a.Int(1, "other") * a.Int(2, "alpha"));
    }

    // In the type in which both meet: narrower integers would wrap around, a number without axes would round.
    static Tensor Times(Tensor tensor, Scalar factor, Tensor beside)
    {
        using var met = tensor.add(beside);
        return tensor.to_type(met.dtype).mul(factor);
    }

    // As PyTorch does, which a product by alpha would hide.
    static void RefuseFlags(Reading a)
    {
        foreach (var value in (Value[])[a.Peek(0, "self"), a.Peek(1, "other")])
        {
            if (value is TensorValue { Tensor.dtype: ScalarType.Bool })
                throw new ArgumentException("subtraction with a bool tensor is not supported");
        }
    }

    // other − alpha · self
    static Value ReverseSubtract(Reading a)
    {
        var self = a.Tensor(0, "self");
        RefuseFlags(a);
        var alpha = AlphaOrNull(a);
        if (a.Any(1, "other") is TensorValue other)
            return other.Tensor.sub(alpha is null ? self : Times(self, alpha, other.Tensor));
        return (alpha is null ? self : self.mul(alpha)).neg().add(a.Scalar(1, "other"));
    }

    static Value Multiply(Reading a) =>
        Pair(a, (x, y) => x.mul(y), (x, y) => x.mul(y), (x, y) => checked(x * y), (x, y) => x * y);

    static Value Divide(Reading a)
    {
        string mode = a.Text(2, "rounding_mode", "");
        if (mode == "floor") return FloorDivide(a);
        var rounding = mode switch
        {
            "" => RoundingMode.None,
            "trunc" => RoundingMode.trunc,
            _ => throw a.Refuse($"rounding mode '{mode}'"),
        };
        if (AreNumbers(a) && rounding != RoundingMode.None) throw a.Refuse("rounding of two numbers");
        // Division of integers is true division in Python.
        return !AreNumbers(a)
            ? Pair(a, (x, y) => x.div(y, rounding), (x, y) => x.div(y, rounding), Never, Never)
            : a.Number(0, "self") / a.Number(1, "other");
    }

    static Value FloorDivide(Reading a) => Pair(a,
        (x, y) => x.floor_divide(y), (x, y) => x.floor_divide(y),
        (x, y) => (x / y) - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0), (x, y) => Math.Floor(x / y));

    // Python's and torch's remainder has the divisor's sign.
    static Value Remainder(Reading a) => Pair(a,
        (x, y) => x.remainder(y), (x, y) => x.remainder(y),
        (x, y) => ((x % y) + y) % y, (x, y) => x - y * Math.Floor(x / y));

    // TorchSharp calls no libtorch where the weight is a number; a tensor without axes is one to libtorch.
    static Value Lerp(Reading a)
    {
        var self = a.Tensor(0, "self");
        return self.lerp(a.Tensor(1, "end"), full([], a.Number(2, "weight"), self.dtype, self.device));
    }

    // A number becomes a tensor without axes, which promotes as a number does.
    static Value Xlogy(Reading a)
    {
        var self = a.Any(0, "self") is TensorValue x ? x.Tensor : OfNumber(a, 0, "self");
        return self.xlogy(a.Any(1, "other") is TensorValue y ? y.Tensor : OfNumber(a, 1, "other"));
    }

    // Of a floating-point number in the walk's precision: as float32 it would be another number.
    static Tensor OfNumber(Reading a, int position, string name) => a.Any(position, name) is FloatValue number
        ? full([], number.Number, a.Type, a.Device)
        : full([], a.Scalar(position, name), device: a.Device);

    static Value Power(Reading a)
    {
        var self = a.Any(0, "self");
        var exponent = a.Any(1, "exponent");
        if (self is TensorValue x)
            return exponent is TensorValue y ? x.Tensor.pow(y.Tensor) : x.Tensor.pow(a.Scalar(1, "exponent"));
        if (exponent is TensorValue power)
            return full([], a.Number(0, "self"), power.Tensor.dtype, power.Tensor.device).pow(power.Tensor);
        return Math.Pow(a.Number(0, "self"), a.Number(1, "exponent"));
    }

    // One text for the four kinds of operands; a number on the left of a tensor becomes a tensor of rank 0, which
    // promotes as a number does.
    static Value Pair(
        Reading a,
        Func<Tensor, Tensor, Tensor> tensors,
        Func<Tensor, Scalar, Tensor> withNumber,
        Func<long, long, long> integers,
        Func<double, double, double> numbers)
    {
        var left = a.Any(0, "self");
        var right = a.Any(1, "other");
        if (left is TensorValue x)
            return right is TensorValue y ? tensors(x.Tensor, y.Tensor) : withNumber(x.Tensor, a.Scalar(1, "other"));
        if (right is TensorValue other) return tensors(OfNumber(a, 0, "self"), other.Tensor);
        // Two integers give one: without the cast both branches would be numbers with a fraction.
        return left is IntValue i && right is IntValue j
            ? (Value)integers(i.Number, j.Number)
            : numbers(a.Number(0, "self"), a.Number(1, "other"));
    }

    static T Never<T>(T left, T right) => throw new InvalidOperationException("operands were looked at before");

    static Tensor Never(Tensor left, Scalar right) =>
        throw new InvalidOperationException("operands were looked at before");
}
