using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>What the operators mean on numbers that are no tensors: Python's arithmetic, of integers of 64 bits and of
/// double precision.</summary>
static class ScriptNumbers
{
    /// <summary>A function of one number; null for a name that is none.</summary>
    /// <exception cref="ArithmeticException">A result that no number is.</exception>
    public static Argument? OfOne(string name, Argument a)
    {
        if (!IsNumber(a)) return null;
        switch (name)
        {
            case "neg": return a is FloatArgument x ? Argument.Of(-x.Number) : Argument.Of(checked(-Integer(a)));
            case "abs": return a is FloatArgument y ? Argument.Of(Math.Abs(y.Number))
                : Argument.Of(Math.Abs(Integer(a)));
            case "floor": return a is FloatArgument ? Argument.Of(ToLong(Math.Floor(Float(a)))) : a;
            case "ceil": return a is FloatArgument ? Argument.Of(ToLong(Math.Ceiling(Float(a)))) : a;
            case "round": return Argument.Of(Math.Round(Float(a), MidpointRounding.ToEven));
            case "__not__": return Argument.Of(Float(a) == 0);
            case "Int" or "IntImplicit" or "ScalarImplicit" when a is not FloatArgument: return Argument.Of(Integer(a));
            case "Int": return Argument.Of(ToLong(Math.Truncate(Float(a))));
            case "Float" or "FloatImplicit": return Argument.Of(Float(a));
            case "Bool": return Argument.Of(Float(a) != 0);
            case "isnan": return Argument.Of(double.IsNaN(Float(a)));
            case "isinf": return Argument.Of(double.IsInfinity(Float(a)));
            case "isfinite": return Argument.Of(double.IsFinite(Float(a)));
            case "factorial": return Argument.Of(Factorial(Integer(a)));
        }
        return Function(name) is { } function ? Argument.Of(function(Float(a))) : null;
    }

    static Func<double, double>? Function(string name) => name switch
    {
        "sqrt" => Math.Sqrt,
        "exp" => Math.Exp,
        "log" => Math.Log,
        "log2" => Math.Log2,
        "log10" => Math.Log10,
        "sin" => Math.Sin,
        "cos" => Math.Cos,
        "tan" => Math.Tan,
        "asin" => Math.Asin,
        "acos" => Math.Acos,
        "atan" => Math.Atan,
        "sinh" => Math.Sinh,
        "cosh" => Math.Cosh,
        "tanh" => Math.Tanh,
        "degrees" => x => x * (180 / Math.PI),
        "radians" => x => x * (Math.PI / 180),
        _ => null,
    };

    /// <summary>A function of two numbers; null for a name that is none.</summary>
    /// <exception cref="ArithmeticException">A division by zero, or a result that no number is.</exception>
    public static Argument? OfTwo(string name, Argument a, Argument b)
    {
        if (!IsNumber(a) || !IsNumber(b)) return null;
        if (Compared(name, a, b) is { } truth) return Argument.Of(truth);
        if (a is BoolArgument { Flag: var p } && b is BoolArgument { Flag: var q })
        {
            switch (name)
            {
                case "__and__": return Argument.Of(p & q);
                case "__or__": return Argument.Of(p | q);
                case "__xor__": return Argument.Of(p ^ q);
            }
        }
        // Python's own division of integers gives a floating-point number, and so does PyTorch's power of two.
        switch (name)
        {
            case "div" or "truediv": return Argument.Of(Float(a) / Float(b));
            case "pow": return Argument.Of(Math.Pow(Float(a), Float(b)));
            case "atan2": return Argument.Of(Math.Atan2(Float(a), Float(b)));
            case "fmod": return Argument.Of(Float(a) % Float(b));
            case "hypot": return Argument.Of(double.Hypot(Float(a), Float(b)));
            case "copysign": return Argument.Of(Math.CopySign(Float(a), Float(b)));
            case "log": return Argument.Of(Math.Log(Float(a)) / Math.Log(Float(b)));
            case "round" when b is IntArgument { Number: 0 }:
                return Argument.Of(Math.Round(Float(a), MidpointRounding.ToEven));
        }
        return a is FloatArgument || b is FloatArgument
            ? OfFloats(name, Float(a), Float(b)) : OfIntegers(name, Integer(a), Integer(b));
    }

    /// <summary>What the loop over a range with a step is written with: a place of it, and how many there are; null for
    /// another name.</summary>
    /// <exception cref="ArithmeticException">A step of zero, or a result that no number is.</exception>
    public static Argument? OfRange(string name, long a, long b, long c)
    {
        switch (name)
        {
            case "__derive_index": return Argument.Of(checked(b + a * c));
            case "__range_length":
                if (c == 0) throw new DivideByZeroException("range() arg 3 must not be zero");
                long way = checked(c > 0 ? b - a : a - b), step = checked(Math.Abs(c));
                return Argument.Of(way <= 0 ? 0 : (way - 1) / step + 1);
            default: return null;
        }
    }

    static IntArgument? OfIntegers(string name, long a, long b) => name switch
    {
        "add" => new(checked(a + b)),
        "sub" => new(checked(a - b)),
        "mul" => new(checked(a * b)),
        "floordiv" or "floor_divide" => new(FloorDivide(a, b)),
        "remainder" => new(checked(a - FloorDivide(a, b) * b)),
        "min" => new(Math.Min(a, b)),
        "max" => new(Math.Max(a, b)),
        "gcd" => new(Gcd(a, b)),
        "__and__" => new(a & b),
        "__or__" => new(a | b),
        "__xor__" => new(a ^ b),
        "__lshift__" when b is >= 0 and < 64 => new(a << (int)b),
        "__rshift__" when b is >= 0 and < 64 => new(a >> (int)b),
        _ => null,
    };

    static FloatArgument? OfFloats(string name, double a, double b) => name switch
    {
        "add" => new(a + b),
        "sub" => new(a - b),
        "mul" => new(a * b),
        "floordiv" or "floor_divide" => new(Math.Floor(a / b)),
        // C's remainder has the sign of the left, Python's that of the right.
        "remainder" => new(((a % b) + b) % b),
        "min" => new(b < a ? b : a),
        "max" => new(a < b ? b : a),
        _ => null,
    };

    /// <summary>True for numbers and Booleans.</summary>
    public static bool IsNumber(Argument argument) => argument is IntArgument or FloatArgument or BoolArgument;

    /// <summary>True where two numbers are the same.</summary>
    public static bool AreEqual(Argument a, Argument b) => a is FloatArgument || b is FloatArgument
        ? Float(a) == Float(b) : Integer(a) == Integer(b);

    static bool? Compared(string name, Argument a, Argument b)
    {
        bool floats = a is FloatArgument || b is FloatArgument;
        var (x, y, m, n) = (Float(a), Float(b), Integer(a), Integer(b));
        return name switch
        {
            "eq" => floats ? x == y : m == n,
            "ne" => floats ? x != y : m != n,
            "lt" => floats ? x < y : m < n,
            "le" => floats ? x <= y : m <= n,
            "gt" => floats ? x > y : m > n,
            "ge" => floats ? x >= y : m >= n,
            _ => null,
        };
    }

    static long Integer(Argument argument) => argument switch
    {
        IntArgument number => number.Number,
        BoolArgument { Flag: true } => 1,
        _ => 0,
    };

    static double Float(Argument argument) => argument is FloatArgument number ? number.Number : Integer(argument);

    // 2^63 itself is a double, but no long.
    static long ToLong(double value) => value is >= long.MinValue and < 9223372036854775808.0
        ? (long)value
        : throw new OverflowException($"{value} is no integer of 64 bits");

    static long FloorDivide(long a, long b)
    {
        if (b == -1) return checked(-a);
        long quotient = a / b;
        return a % b != 0 && a < 0 != b < 0 ? quotient - 1 : quotient;
    }

    static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, b == -1 ? 0 : a % b);
        return Math.Abs(a);
    }

    static long Factorial(long n)
    {
        if (n is < 0 or > 20) throw new OverflowException($"the factorial of {n} is no integer of 64 bits");
        long product = 1;
        for (; n > 1; n--) product *= n;
        return product;
    }
}
