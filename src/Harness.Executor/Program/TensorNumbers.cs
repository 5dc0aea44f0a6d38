using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>A number that a graph holds as a tensor without axes, in PyTorch's own type.</summary>
/// <param name="Type">The type that PyTorch computes it in; float32 is float32 here, whatever a plan computes
/// in.</param>
/// <param name="Number">The number, rounded to that type.</param>
readonly record struct TensorNumber(ElementType Type, Argument Number)
{
    /// <summary>True for a stored one of the types that Python's own numbers have. A trace stores these so, and
    /// libtorch takes them for what they were: they decide no more than the category of what they meet.</summary>
    public bool IsPlain { get; init; }

    /// <summary>A number rounded as a tensor of this type holds it; null for what an integer type does not
    /// hold.</summary>
    public static TensorNumber? Of(ElementType type, Argument number)
    {
        if (type == ElementType.Bool) return new(type, Argument.Of(TensorNumbers.Float(number) != 0));
        if (type.IsFloating()) return new(type, Argument.Of(Rounded(type, TensorNumbers.Float(number))));
        if (number is FloatArgument { Number: var real })
        {
            if (!(Math.Abs(real) < 1L << 53)) return null;
            number = Argument.Of((long)real);
        }
        long whole = TensorNumbers.Integer(number);
        return Promotion.Holds(type, whole) ? new(type, Argument.Of(whole)) : null;
    }

    /// <summary>What a stored tensor without axes holds.</summary>
    public static TensorNumber? Of(Tensor stored) =>
        Of(stored.Type, stored.Type.IsFloating() ? Argument.Of(stored.ToDoubles()[0])
            : Argument.Of((long)stored.ToDoubles()[0])) is { } number
            ? number with { IsPlain = stored.Type is ElementType.Float64 or ElementType.Int64 } : null;

    static double Rounded(ElementType type, double number) => type switch
    {
        ElementType.Float32 => (float)number,
        ElementType.Float16 => (double)(Half)number,
        ElementType.BFloat16 => ToBFloat16((float)number),
        _ => number,
    };

    static float ToBFloat16(float number)
    {
        if (!float.IsFinite(number)) return number;
        uint bits = BitConverter.SingleToUInt32Bits(number);
        // To the nearest, and of two as near to the even one.
        return BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
    }
}

/// <summary>Arithmetic of numbers that a trace holds as tensors without axes, in PyTorch's types: a size times a stored
/// scale is float32, and is rounded to it before anything makes a size of it again, in whatever precision the values of
/// the model are computed.</summary>
static class TensorNumbers
{
    /// <summary>True for an operator that makes a plain number of a tensor.</summary>
    public static bool TakesOut(string target) => target is "aten::Int" or "aten::IntImplicit" or "aten::Float"
        or "aten::FloatImplicit" or "aten::Bool" or "aten::ScalarImplicit" or "aten::item"
        or "aten::_local_scalar_dense";

    /// <summary>Evaluates a call of such numbers.</summary>
    /// <param name="call">The call.</param>
    /// <param name="tensorOf">The number that a value holds as a tensor; null for other values.</param>
    /// <param name="numberOf">The number that a value is without being a tensor; null for other values.</param>
    /// <returns>Null for calls of other things, and for what has no answer.</returns>
    public static TensorNumber? Evaluate(
        Call call, Func<int, TensorNumber?> tensorOf, Func<int, Argument?> numberOf)
    {
        if (!call.Target.StartsWith("aten::", StringComparison.Ordinal)
            && !call.Target.StartsWith("prim::", StringComparison.Ordinal))
            return null;
        if (call.Arguments.IsEmpty || Of(call.Arguments[0], tensorOf, numberOf) is not { } self) return null;
        string name = call.Target[(call.Target.IndexOf(':') + 2)..];
        var whole = call.Arguments[0] is ValueArgument { Id: var id } && tensorOf(id) is { } stored
            ? self with { Type = stored.Type } : self;
        if (Typed(name, call, whole, tensorOf) is { } typed) return typed;
        if (call.Arguments.Length == 1) self = whole;
        var rest = ImmutableArray.CreateBuilder<Operand>();
        foreach (var argument in call.Arguments[1..])
        {
            if (argument is NoneArgument or TextArgument) rest.Add(new(null, argument));
            else if (Of(argument, tensorOf, numberOf) is { } operand) rest.Add(operand);
            else return null;
        }
        if (self.Type is null && rest.All(operand => operand.Type is null)) return null;
        try
        {
            return rest.Count == 0 && call.Keywords.IsEmpty
                ? OfOne(name, self)
                : name is "clamp" or "clip" or "clamp_min" or "clamp_max"
                    ? Clamped(name, call, self, rest.ToImmutable(), tensorOf, numberOf)
                    : OfTwo(name, call, self, rest.ToImmutable(), numberOf);
        }
        catch (ArithmeticException)
        {
            return null;
        }
    }

    /// <summary>A number as a floating-point one.</summary>
    public static double Float(Argument number) =>
        number is FloatArgument { Number: var real } ? real : Integer(number);

    /// <summary>An integer or a Boolean as an integer.</summary>
    public static long Integer(Argument number) =>
        number is IntArgument { Number: var whole } ? whole : number is BoolArgument { Flag: true } ? 1 : 0;

    // Of a tensor, or of Python where there is no type.
    readonly record struct Operand(ElementType? Type, Argument Number);

    static Operand? Of(Argument argument, Func<int, TensorNumber?> tensorOf, Func<int, Argument?> numberOf)
    {
        if (argument is ValueArgument { Id: var id })
        {
            if (tensorOf(id) is { } tensor) return new(tensor.IsPlain ? null : tensor.Type, tensor.Number);
            return numberOf(id) is { } number && IsNumber(number) ? new(null, number) : null;
        }
        return IsNumber(argument) ? new(null, argument) : null;
    }

    static bool IsNumber(Argument argument) => argument is IntArgument or FloatArgument or BoolArgument;

    // What gives a number another type, or none other.
    static TensorNumber? Typed(string name, Call call, Operand self, Func<int, TensorNumber?> tensorOf)
    {
        var stated = call.Keywords.FirstOrDefault(keyword => keyword.Name == "dtype")?.Value;
        switch (name)
        {
            case "NumToTensor" when self.Type is null:
                // libtorch's scalar_to_tensor: double precision is Python's own.
                return TensorNumber.Of(self.Number switch
                {
                    FloatArgument => ElementType.Float64,
                    BoolArgument => ElementType.Bool,
                    _ => ElementType.Int64,
                }, self.Number);
            case "tensor" or "scalar_tensor" when self.Type is null:
                stated ??= call.Arguments.ElementAtOrDefault(1);
                return TypeOf(stated) is { } made ? TensorNumber.Of(made, self.Number)
                    : TensorNumber.Of(name == "scalar_tensor" || self.Number is FloatArgument ? ElementType.Float32
                        : self.Number is BoolArgument ? ElementType.Bool : ElementType.Int64, self.Number);
            case "detach" or "clone" or "alias" or "lift_fresh" or "lift_fresh_copy" or "contiguous"
                when self.Type is { } kept:
                return TensorNumber.Of(kept, self.Number);
            case "type_as" when self.Type is not null && call.Arguments is [_, ValueArgument { Id: var other }]:
                return tensorOf(other) is { } like ? TensorNumber.Of(like.Type, self.Number) : null;
            case "to" or "_to_copy" when self.Type is { } own:
                // to(dtype), to(device, dtype), to(other), each with flags behind.
                if (call.Arguments is [_, ValueArgument { Id: var model }, ..])
                    return tensorOf(model) is { } same ? TensorNumber.Of(same.Type, self.Number) : null;
                stated ??= call.Arguments is [_, IntArgument first, ..] ? first
                    : call.Arguments is [_, TextArgument or NoneArgument, IntArgument second, ..] ? second : null;
                return stated is null or NoneArgument ? TensorNumber.Of(own, self.Number)
                    : TypeOf(stated) is { } cast ? TensorNumber.Of(cast, self.Number) : null;
            default: return null;
        }
    }

    static ElementType? TypeOf(Argument? stated) =>
        stated is IntArgument { Number: var number } ? ElementTypes.OfTorch(number) : null;

    static TensorNumber? OfOne(string name, Operand self)
    {
        if (self.Type is not { } type) return null;
        bool floats = type.IsFloating();
        var real = floats ? type : ElementType.Float32;
        double x = Float(self.Number);
        switch (name)
        {
            case "neg": return floats ? TensorNumber.Of(type, Argument.Of(-x))
                : TensorNumber.Of(type, Argument.Of(checked(-Integer(self.Number))));
            case "abs": return floats ? TensorNumber.Of(type, Argument.Of(Math.Abs(x)))
                : TensorNumber.Of(type, Argument.Of(Math.Abs(Integer(self.Number))));
            case "floor" or "ceil" or "round" or "trunc" when !floats: return TensorNumber.Of(type, self.Number);
            case "floor": return TensorNumber.Of(type, Argument.Of(Math.Floor(x)));
            case "ceil": return TensorNumber.Of(type, Argument.Of(Math.Ceiling(x)));
            case "round": return TensorNumber.Of(type, Argument.Of(Math.Round(x, MidpointRounding.ToEven)));
            case "trunc": return TensorNumber.Of(type, Argument.Of(Math.Truncate(x)));
            case "sqrt": return TensorNumber.Of(real, Argument.Of(Math.Sqrt(x)));
            case "rsqrt": return TensorNumber.Of(real, Argument.Of(1 / Math.Sqrt(x)));
            case "reciprocal": return TensorNumber.Of(real, Argument.Of(1 / x));
            case "exp": return TensorNumber.Of(real, Argument.Of(Math.Exp(x)));
            case "log": return TensorNumber.Of(real, Argument.Of(Math.Log(x)));
            case "log2": return TensorNumber.Of(real, Argument.Of(Math.Log2(x)));
            case "log10": return TensorNumber.Of(real, Argument.Of(Math.Log10(x)));
            case "logical_not": return TensorNumber.Of(ElementType.Bool, Argument.Of(x == 0));
            // Of one number that is the number.
            case "sum" or "prod":
                return TensorNumber.Of(floats ? type : ElementType.Int64, self.Number);
            case "max" or "min" or "amax" or "amin": return TensorNumber.Of(type, self.Number);
            default: return null;
        }
    }

    // clamp(self, min=None, max=None).
    static TensorNumber? Clamped(
        string name, Call call, Operand self, ImmutableArray<Operand> rest, Func<int, TensorNumber?> tensorOf,
        Func<int, Argument?> numberOf)
    {
        Operand? least = null, most = null;
        if (name == "clamp_max") most = rest.IsEmpty ? null : rest[0];
        else (least, most) = (rest.IsEmpty ? null : rest[0], rest.Length > 1 ? rest[1] : null);
        foreach (var (keyword, value) in call.Keywords)
        {
            if (value is NoneArgument) continue;
            if (Of(value, tensorOf, numberOf) is not { } limit) return null;
            if (keyword == "min") least = limit;
            else if (keyword == "max") most = limit;
            else return null;
        }
        if (least is { Number: NoneArgument }) least = null;
        if (most is { Number: NoneArgument }) most = null;
        var type = Promoted([self, .. least is { } low ? [low] : Array.Empty<Operand>(),
            .. most is { } high ? [high] : Array.Empty<Operand>()]);
        var clamped = TensorNumber.Of(type, self.Number);
        if (least is { } floor && clamped is { } above && TensorNumber.Of(type, floor.Number) is { } bottom)
            clamped = Order(above.Number, bottom.Number) < 0 ? bottom : above;
        if (most is { } ceiling && clamped is { } below && TensorNumber.Of(type, ceiling.Number) is { } top)
            clamped = Order(below.Number, top.Number) > 0 ? top : below;
        return clamped;
    }

    static int Order(Argument a, Argument b) => a is FloatArgument || b is FloatArgument
        ? Float(a).CompareTo(Float(b)) : Integer(a).CompareTo(Integer(b));

    static TensorNumber? OfTwo(
        string name, Call call, Operand self, ImmutableArray<Operand> rest, Func<int, Argument?> numberOf)
    {
        if (rest.IsEmpty || !IsNumber(rest[0].Number)) return null;
        Operand a = self, b = rest[0];
        Argument alpha = Argument.Of(1);
        string? rounding = null;
        foreach (var (keyword, value) in call.Keywords)
        {
            var stated = value is ValueArgument { Id: var id } ? numberOf(id) : value;
            if (keyword == "alpha" && stated is not null && IsNumber(stated)) alpha = stated;
            else if (keyword == "rounding_mode" && stated is TextArgument text) rounding = text.Text;
            else if (keyword != "rounding_mode" || stated is not NoneArgument) return null;
        }
        if (rest.Length > 2) return null;
        if (rest.Length == 2)
        {
            if (name is "add" or "sub" or "rsub" && IsNumber(rest[1].Number)) alpha = rest[1].Number;
            else if (name == "div" && rest[1].Number is TextArgument text) rounding = text.Text;
            else return null;
        }
        if (name == "rsub") (name, a, b) = ("sub", b, a);
        var type = Promoted([a, b]);
        if (Compared(name, type, a, b) is { } truth) return TensorNumber.Of(ElementType.Bool, Argument.Of(truth));
        bool divides = name is "true_divide" || (name is "div" or "divide" && rounding is null);
        if (divides && !type.IsFloating()) type = ElementType.Float32;
        // Operands meet in the type before they are computed with.
        if (TensorNumber.Of(type, a.Number) is not { Number: var x } || TensorNumber.Of(type, b.Number) is not
            { Number: var y } || TensorNumber.Of(type, alpha) is not { Number: var factor })
            return null;
        Argument? result = type.IsFloating()
            ? OfFloats(name, rounding, type, Float(x), Float(y), Float(factor)) is { } real ? Argument.Of(real) : null
            : OfIntegers(name, rounding, Integer(x), Integer(y), Integer(factor)) is { } whole
                ? Argument.Of(whole) : null;
        return result is null ? null : TensorNumber.Of(type, result);
    }

    // torch.result_type of tensors without axes and of Python's numbers, which decide no more than the category.
    static ElementType Promoted(IEnumerable<Operand> operands)
    {
        ElementType? met = null;
        foreach (var operand in operands)
        {
            if (operand.Type is not { } type) continue;
            met = met is not { } other ? type : Wider(other, type);
        }
        var result = met ?? ElementType.Bool;
        foreach (var operand in operands)
        {
            if (operand.Type is not null || result.IsFloating()) continue;
            if (operand.Number is FloatArgument) result = ElementType.Float32;
            else if (operand.Number is IntArgument && result == ElementType.Bool) result = ElementType.Int64;
        }
        return result;
    }

    static ElementType Wider(ElementType a, ElementType b) => (a, b) switch
    {
        _ when a == b => a,
        (ElementType.Float64, _) or (_, ElementType.Float64) => ElementType.Float64,
        (ElementType.Float32, _) or (_, ElementType.Float32) => ElementType.Float32,
        (ElementType.Float16, ElementType.BFloat16) or (ElementType.BFloat16, ElementType.Float16) =>
            ElementType.Float32,
        _ when a.IsFloating() => a,
        _ when b.IsFloating() => b,
        _ => Promotion.Of([Fact.Of(a, []), Fact.Of(b, [])]),
    };

    static bool? Compared(string name, ElementType type, Operand a, Operand b)
    {
        if (name is "logical_and" or "logical_or" or "logical_xor")
        {
            bool p = Float(a.Number) != 0, q = Float(b.Number) != 0;
            return name == "logical_and" ? p && q : name == "logical_or" ? p || q : p != q;
        }
        if (name is not ("eq" or "ne" or "lt" or "le" or "gt" or "ge")) return null;
        if (TensorNumber.Of(type, a.Number) is not { Number: var x }
            || TensorNumber.Of(type, b.Number) is not { Number: var y })
            return null;
        if (type.IsFloating() && (double.IsNaN(Float(x)) || double.IsNaN(Float(y)))) return name == "ne";
        int order = Order(x, y);
        return name switch
        {
            "eq" => order == 0,
            "ne" => order != 0,
            "lt" => order < 0,
            "le" => order <= 0,
            "gt" => order > 0,
            _ => order >= 0,
        };
    }

    static long? OfIntegers(string name, string? rounding, long a, long b, long alpha) => (name, rounding) switch
    {
        ("add", null) => checked(a + alpha * b),
        ("sub", null) => checked(a - alpha * b),
        ("mul" or "multiply", null) => checked(a * b),
        ("floor_divide", null) or ("div" or "divide", "floor") => FloorDivided(a, b),
        ("div" or "divide", "trunc") => checked(a / b),
        ("remainder", null) => checked(a - FloorDivided(a, b) * b),
        ("fmod", null) => b == -1 ? 0 : a % b,
        ("min" or "minimum", null) => Math.Min(a, b),
        ("max" or "maximum", null) => Math.Max(a, b),
        ("pow", null) when b >= 0 => Power(a, b),
        ("__and__" or "bitwise_and", null) => a & b,
        ("__or__" or "bitwise_or", null) => a | b,
        ("__xor__" or "bitwise_xor", null) => a ^ b,
        _ => null,
    };

    // In double precision, of operands that the type holds: rounding that to the type once more is the type's own
    // result for sums, products, quotients and roots.
    static double? OfFloats(string name, string? rounding, ElementType type, double a, double b, double alpha)
    {
        switch (name, rounding)
        {
            case ("add", null): return a + Rounded(alpha * b);
            case ("sub", null): return a - Rounded(alpha * b);
            case ("mul" or "multiply", null): return a * b;
            case ("div" or "divide" or "true_divide", null): return a / b;
            case ("div" or "divide", "trunc"): return Math.Truncate(Rounded(a / b));
            case ("floor_divide", null) or ("div" or "divide", "floor"): return FloorDivided(a, b);
            case ("remainder", null):
                double left = a % b;
                return left != 0 && b < 0 != left < 0 ? left + b : left;
            case ("fmod", null): return a % b;
            case ("min" or "minimum", null): return Math.Min(a, b);
            case ("max" or "maximum", null): return Math.Max(a, b);
            case ("pow", null): return Math.Pow(a, b);
            default: return null;
        }

        double Rounded(double number) => Float(TensorNumber.Of(type, Argument.Of(number))!.Value.Number);

        // As PyTorch does it, and Python: the remainder is exact, the quotient without it nearly so.
        double FloorDivided(double x, double y)
        {
            if (y == 0) return x / y;
            double remainder = x % y;
            double quotient = Rounded(Rounded(x - remainder) / y);
            if (remainder != 0 && y < 0 != remainder < 0) quotient = Rounded(quotient - 1);
            if (quotient == 0) return Math.CopySign(0, x / y);
            double floor = Math.Floor(quotient);
            return quotient - floor > 0.5 ? floor + 1 : floor;
        }
    }

    static long FloorDivided(long a, long b)
    {
        long quotient = checked(a / b);
        return a % b != 0 && a < 0 != b < 0 ? quotient - 1 : quotient;
    }

    static long Power(long value, long exponent)
    {
        // Any other base overflows before it is multiplied often.
        if (value is 0 or 1 or -1) return value != -1 ? exponent == 0 ? 1 : value : exponent % 2 == 0 ? 1 : -1;
        long product = 1;
        for (; exponent > 0; exponent--) product = checked(product * value);
        return product;
    }
}
