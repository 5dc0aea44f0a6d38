using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Calls that compute with numbers instead of tensors: sizes, and arithmetic on them. Shapes are known when a
/// model is converted, so these calls are done then, and what they give becomes an argument of the ops that use
/// it.</summary>
/// <remarks>A trace holds each such number as a tensor without axes (<c>prim::NumToTensor</c>), so the arithmetic is a
/// tensor's: integers stay integers except under division, which gives float32.</remarks>
public static class ScalarCalls
{
    static readonly HashSet<string> s_shape =
        ["aten::size", "aten::sym_size", "aten::dim", "aten::len", "aten::numel", "aten::sym_numel"];

    // What computes with numbers and never with tensors; arithmetic that does both stands in OpSet too.
    static readonly HashSet<string> s_numbersOnly =
    [
        "size", "sym_size", "dim", "len", "numel", "sym_numel", "__getitem__", "NumToTensor", "ScalarImplicit", "item",
        "_local_scalar_dense",
        "Int", "IntImplicit", "Float", "FloatImplicit", "Bool", "floordiv", "sym_float", "sym_int", "truediv", "mod",
        "__not__", "sym_not", "sym_max", "sym_min", "sym_sum", "sym_ite", "_sym_sqrt", "_assert_scalar",
        "sym_constrain_range", "sym_constrain_range_for_size",
    ];

    /// <summary>True for an operator that only ever yields numbers: no op is needed for it.</summary>
    public static bool Knows(string target) => s_numbersOnly.Contains(target[(target.LastIndexOf(':') + 1)..]);

    /// <summary>True for an operator that asks for a tensor's shape and reads none of its elements.</summary>
    public static bool AsksForShape(string target) => s_shape.Contains(target);

    /// <summary>The names of these operators, without namespace, sorted.</summary>
    public static ImmutableArray<string> Names => [.. s_numbersOnly.Order(StringComparer.Ordinal)];

    /// <summary>Evaluates a call if all it needs is known.</summary>
    /// <param name="call">The call.</param>
    /// <param name="shapeOf">A tensor value's shape; null for a value that is no tensor or is not known yet.</param>
    /// <param name="numberOf">A number that an earlier call gave (or a constant without axes), or a list of them; null
    /// for other values.</param>
    /// <param name="result">An <see cref="IntArgument"/>, <see cref="FloatArgument"/>, <see cref="BoolArgument"/> or
    /// <see cref="ListArgument"/>.</param>
    /// <param name="misfit">PAR1004 where it asks for an axis or an item that is not there; null for all
    /// others.</param>
    /// <returns>False for calls that compute tensors, and where there is a misfit.</returns>
    /// <exception cref="ModelException">PAR1002: the call is one of these, but divides by zero or
    /// overflows.</exception>
    public static bool TryEvaluate(
        Call call, Func<int, Shape?> shapeOf, Func<int, Argument?> numberOf, [NotNullWhen(true)] out Argument? result,
        out Finding? misfit)
    {
        try
        {
            result = Size(call, shapeOf, out string? why) ?? Evaluate(call, numberOf, ref why);
            misfit = why is null ? null : new Finding(Codes.ShapeMismatch, call.Place.ToString(), $"{call}: {why}");
            return result is not null;
        }
        catch (ArithmeticException error)
        {
            throw new ModelException(
                new Finding(Codes.UnsupportedOp, call.Place.ToString(), $"{call}: {error.Message}"), error);
        }
    }

    static Argument? Size(Call call, Func<int, Shape?> shapeOf, out string? misfit)
    {
        misfit = null;
        if (call.Arguments is not [ValueArgument { Id: var id }, ..] || shapeOf(id) is not { } shape) return null;
        switch (call.Target)
        {
            case "aten::size" or "aten::sym_size" when call.Arguments.Length + call.Keywords.Length == 1:
                return Argument.Of([.. shape.Select(extent => Argument.Of((long)extent))]);
            case "aten::size" or "aten::sym_size":
                var axis = call.Arguments.Length > 1 ? call.Arguments[1] : call.Keywords[0].Value;
                if (axis is not IntArgument { Number: >= int.MinValue and <= int.MaxValue and var number }) return null;
                misfit = shape.Rank == 0 ? $"axis {number} of a scalar" : Axis.Misfit((int)number, shape.Rank);
                return misfit is null ? Argument.Of((long)shape[Axis.Of((int)number, shape.Rank)]) : null;
            case "aten::dim": return Argument.Of((long)shape.Rank);
            case "aten::len" when shape.Rank > 0: return Argument.Of((long)shape[0]);
            case "aten::numel" or "aten::sym_numel": return Argument.Of(shape.Elements);
            default: return null;
        }
    }

    static Argument? Evaluate(Call call, Func<int, Argument?> numberOf, ref string? misfit)
    {
        var known = ImmutableArray.CreateBuilder<Argument>();
        foreach (var argument in call.Arguments)
        {
            if (Known(argument, numberOf) is not { } value) return null;
            known.Add(value);
        }
        var arguments = known.ToImmutable();
        switch (call.Target)
        {
            case "prim::ListConstruct" or "prim::TupleConstruct": return Argument.Of(arguments);
            case "aten::__getitem__" when arguments is [ListArgument list, IntArgument { Number: var at }]:
                int count = list.Items.Length;
                if (at >= -count && at < count) return list.Items[(int)(at < 0 ? at + count : at)];
                misfit = $"item {at} of {count}";
                return null;
            // What was found to hold when the model was exported, and must hold for these shapes too.
            case "aten::_assert_scalar" when arguments is [var held, TextArgument text] && IsNumber(held):
                if (Float(held) == 0) misfit = text.Text;
                return Float(held) == 0 ? null : held;
            case "aten::sym_constrain_range" or "aten::sym_constrain_range_for_size" when arguments is [var size, ..]
                && IsNumber(size):
                return Constrained(call, arguments, numberOf, ref misfit);
            case "torch::sym_sum" when arguments is [ListArgument terms] && terms.Items.All(IsNumber):
                return terms.Items.Any(term => term is FloatArgument)
                    ? Argument.Of(terms.Items.Sum(Float)) : Argument.Of(terms.Items.Aggregate(0L, (sum, term) =>
                        checked(sum + Integer(term))));
            case "torch::sym_ite" when arguments is [var condition, var then, var otherwise] && IsNumber(condition):
                return Float(condition) != 0 ? then : otherwise;
            case "aten::len" when arguments is [ListArgument counted]: return Argument.Of((long)counted.Items.Length);
            default: return OfNumbers(call, arguments);
        }
    }

    // sym_constrain_range(size, *, min=None, max=None): what was found when the model was exported.
    static Argument? Constrained(
        Call call, ImmutableArray<Argument> arguments, Func<int, Argument?> numberOf, ref string? misfit)
    {
        Argument?[] bounds = [arguments.ElementAtOrDefault(1), arguments.ElementAtOrDefault(2)];
        foreach (var keyword in call.Keywords)
            if (keyword.Name is "min" or "max") bounds[keyword.Name == "min" ? 0 : 1] = Known(keyword.Value, numberOf);
        double size = Float(arguments[0]);
        bool fits = !(bounds[0] is { } least && IsNumber(least) && size < Float(least))
            && !(bounds[1] is { } most && IsNumber(most) && size > Float(most));
        if (!fits) misfit = $"the size is {size}, the program takes it from {bounds[0]} to {bounds[1]}";
        return fits ? arguments[0] : null;
    }

    // The argument with every value in it replaced by its number; null if one of them is a tensor.
    static Argument? Known(Argument argument, Func<int, Argument?> numberOf)
    {
        if (argument is ValueArgument value) return numberOf(value.Id);
        if (argument is not ListArgument list) return argument;
        var items = ImmutableArray.CreateBuilder<Argument>(list.Items.Length);
        foreach (var item in list.Items)
        {
            if (Known(item, numberOf) is not { } known) return null;
            items.Add(known);
        }
        return Argument.Of(items.ToImmutable());
    }

    static Argument? OfNumbers(Call call, ImmutableArray<Argument> arguments)
    {
        string op = call.Target[(call.Target.LastIndexOf(':') + 1)..];
        if (arguments.IsEmpty || !IsNumber(arguments[0])) return null;
        var a = arguments[0];
        switch (op)
        {
            // Casts to a type and moves to a device keep a number; what reads it next says what it wants.
            case "NumToTensor" or "ScalarImplicit" or "item" or "_local_scalar_dense" or "to" or "detach" or "clone"
                or "tensor":
                return a;
            case "Int" or "IntImplicit" or "sym_int":
                return a is IntArgument ? a : Argument.Of(ToLong(Math.Truncate(Float(a))));
            case "Float" or "FloatImplicit" or "sym_float": return Argument.Of(Float(a));
            case "Bool": return Argument.Of(Float(a) != 0);
            case "neg": return a is IntArgument n ? Argument.Of(checked(-n.Number)) : Argument.Of(-Float(a));
            case "floor" or "ceil" or "round" or "trunc" when a is IntArgument: return a;
            // Python's own make integers.
            case "floor" or "ceil" or "trunc" when call.Target.StartsWith("math::", StringComparison.Ordinal):
                return Argument.Of(ToLong(op == "floor" ? Math.Floor(Float(a))
                    : op == "ceil" ? Math.Ceiling(Float(a)) : Math.Truncate(Float(a))));
            case "floor": return Argument.Of(Math.Floor(Float(a)));
            case "ceil": return Argument.Of(Math.Ceiling(Float(a)));
            case "round" when arguments.Length == 1: return Argument.Of(Math.Round(Float(a), MidpointRounding.ToEven));
            case "trunc": return Argument.Of(Math.Truncate(Float(a)));
            case "sqrt" or "_sym_sqrt": return Argument.Of(Math.Sqrt(Float(a)));
            case "exp": return Argument.Of(Math.Exp(Float(a)));
            case "log": return Argument.Of(Math.Log(Float(a)));
            case "abs": return a is IntArgument whole
                ? Argument.Of(Math.Abs(whole.Number)) : Argument.Of(Math.Abs(Float(a)));
            // Of one number that is the number.
            case "sum" when arguments.Length == 1 && call.Keywords.IsEmpty: return a is BoolArgument
                ? Argument.Of(Integer(a)) : a;
            case "__not__" or "sym_not" or "logical_not": return Argument.Of(Float(a) == 0);
            case "clamp" or "clamp_min" or "clamp_max" or "clip": return Clamped(op, call, arguments);
        }
        return arguments.Length >= 2 && IsNumber(arguments[1]) ? OfTwo(op, call, arguments) : null;
    }

    // clamp(self, min=None, max=None): a limit of another kind makes it a floating-point number.
    static Argument? Clamped(string op, Call call, ImmutableArray<Argument> arguments)
    {
        Argument? least = null, most = null;
        if (op == "clamp_max") most = arguments.ElementAtOrDefault(1);
        else (least, most) = (arguments.ElementAtOrDefault(1), arguments.ElementAtOrDefault(2));
        foreach (var (name, value) in call.Keywords)
        {
            if (name == "min") least = value;
            else if (name == "max") most = value;
            else return null;
        }
        var clamped = arguments[0];
        foreach (var (limit, isLeast) in new[] { (least, true), (most, false) })
        {
            if (limit is null or NoneArgument) continue;
            if (!IsNumber(limit)) return null;
            clamped = clamped is FloatArgument || limit is FloatArgument
                ? Argument.Of(isLeast ? Math.Max(Float(clamped), Float(limit)) : Math.Min(Float(clamped), Float(limit)))
                : Argument.Of(isLeast ? Math.Max(Integer(clamped), Integer(limit))
                    : Math.Min(Integer(clamped), Integer(limit)));
        }
        return clamped;
    }

    static Argument? OfTwo(string op, Call call, ImmutableArray<Argument> arguments)
    {
        Argument a = arguments[0], b = arguments[1];
        double alpha = 1;
        string? rounding = null;
        foreach (var keyword in call.Keywords)
        {
            if (keyword is { Name: "alpha", Value: var factor } && IsNumber(factor)) alpha = Float(factor);
            else if (keyword is { Name: "rounding_mode", Value: TextArgument mode }) rounding = mode.Text;
            else if (keyword is not { Name: "rounding_mode", Value: NoneArgument }) return null;
        }
        if (arguments.Length > 2)
        {
            if (op is not ("add" or "sub" or "rsub") || !IsNumber(arguments[2])) return null;
            alpha = Float(arguments[2]);
        }
        bool integers = a is not FloatArgument && b is not FloatArgument && alpha == Math.Truncate(alpha);
        return integers
            ? OfIntegers(op, Integer(a), Integer(b), ToLong(alpha), rounding)
            : OfFloats(op, Float(a), Float(b), alpha, rounding);
    }

    static Argument? OfIntegers(string op, long a, long b, long alpha, string? rounding) => (op, rounding) switch
    {
        ("add", _) => Argument.Of(checked(a + alpha * b)),
        ("sub", _) => Argument.Of(checked(a - alpha * b)),
        ("rsub", _) => Argument.Of(checked(b - alpha * a)),
        ("mul" or "multiply", _) => Argument.Of(checked(a * b)),
        ("floor_divide" or "floordiv", _) or ("div" or "divide", "floor") => Argument.Of(FloorDivide(a, b)),
        ("div" or "divide", "trunc") => Argument.Of(a / b),
        // Two int64 tensors divide into PyTorch's default type; what is truncated afterwards depends on that rounding.
        ("div" or "divide" or "true_divide", null) => Argument.Of((double)((float)a / (float)b)),
        // Python's own division of its own numbers.
        ("truediv", _) => Argument.Of((double)a / b),
        ("remainder" or "mod", _) => Argument.Of(checked(a - FloorDivide(a, b) * b)),
        ("min" or "minimum" or "sym_min", _) => Argument.Of(Math.Min(a, b)),
        ("max" or "maximum" or "sym_max", _) => Argument.Of(Math.Max(a, b)),
        ("pow", _) when b >= 0 => Argument.Of(Power(a, b)),
        ("__and__" or "and_", _) => Argument.Of(a & b),
        ("__or__" or "or_", _) => Argument.Of(a | b),
        _ => Compared(op, a.CompareTo(b)),
    };

    static BoolArgument? Compared(string op, int order) => op switch
    {
        "eq" => new BoolArgument(order == 0),
        "ne" => new BoolArgument(order != 0),
        "lt" => new BoolArgument(order < 0),
        "le" => new BoolArgument(order <= 0),
        "gt" => new BoolArgument(order > 0),
        "ge" => new BoolArgument(order >= 0),
        _ => null,
    };

    static Argument? OfFloats(string op, double a, double b, double alpha, string? rounding) =>
        (op, rounding) switch
    {
        ("add", _) => new FloatArgument(a + alpha * b),
        ("sub", _) => new FloatArgument(a - alpha * b),
        ("rsub", _) => new FloatArgument(b - alpha * a),
        ("mul" or "multiply", _) => new FloatArgument(a * b),
        ("floor_divide" or "floordiv", _) or ("div" or "divide", "floor") => new FloatArgument(Math.Floor(a / b)),
        ("div" or "divide", "trunc") => new FloatArgument(Math.Truncate(a / b)),
        ("div" or "divide" or "true_divide" or "truediv", null) => new FloatArgument(a / b),
        ("remainder" or "mod", _) => new FloatArgument(a - Math.Floor(a / b) * b),
        ("min" or "minimum" or "sym_min", _) => new FloatArgument(Math.Min(a, b)),
        ("max" or "maximum" or "sym_max", _) => new FloatArgument(Math.Max(a, b)),
        ("pow", _) => new FloatArgument(Math.Pow(a, b)),
        // Nothing but "not equal" is true of NaN.
        _ when double.IsNaN(a) || double.IsNaN(b) => Compared(op, 0) is null ? null : Argument.Of(op == "ne"),
        _ => Compared(op, a.CompareTo(b)),
    };

    static bool IsNumber(Argument argument) => argument is IntArgument or FloatArgument or BoolArgument;

    static long Integer(Argument argument) =>
        argument is IntArgument number ? number.Number : argument is BoolArgument { Flag: true } ? 1 : 0;

    static double Float(Argument argument) => argument is FloatArgument number ? number.Number : Integer(argument);

    // 2^63 itself is a double, but no long.
    static long ToLong(double value) => value is >= long.MinValue and < 9223372036854775808.0
        ? (long)value
        : throw new OverflowException($"{value} is no integer of 64 bits");

    static long FloorDivide(long a, long b)
    {
        long quotient = a / b;
        return a % b != 0 && a < 0 != b < 0 ? quotient - 1 : quotient;
    }

    static long Power(long value, long exponent)
    {
        long product = 1;
        for (; exponent > 0; exponent--)
        {
            product = checked(product * value);
            if (value is 0 or 1) break;
        }
        return product;
    }
}
