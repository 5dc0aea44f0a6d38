using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu;

/// <summary>A function of integers: of two values, of which one may be a number, and up to two numbers. Integers wrap
/// round, as PyTorch's do.</summary>
interface IInteger
{
    /// <summary>True where the numbers are limits: one beyond the type is none, where others wrap round.</summary>
    static virtual bool NumbersAreLimits => false;

    /// <summary>f(x, y).</summary>
    static abstract T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T>;
}

/// <summary>A function of three integers.</summary>
interface IIntegerOfThree
{
    /// <summary>f(x, y, z).</summary>
    static abstract T Apply<T>(T x, T y, T z) where T : unmanaged, IBinaryInteger<T>;
}

/// <summary><c>min(max(x, y), z)</c>.</summary>
readonly struct ClampIntegerBetween : IIntegerOfThree
{
    public static T Apply<T>(T x, T y, T z) where T : unmanaged, IBinaryInteger<T> => T.Min(T.Max(x, y), z);
}

/// <summary><c>|x|</c>; the smallest integer stays itself.</summary>
readonly struct AbsInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        T.IsNegative(x) ? T.Zero - x : x;
}

/// <summary><c>x + a · y</c>.</summary>
readonly struct AddInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x + (a * y);
}

/// <summary>The bits of both.</summary>
readonly struct AndInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x & y;
}

/// <summary><c>min(max(x, a), b)</c>.</summary>
readonly struct ClampInteger : IInteger
{
    public static bool NumbersAreLimits => true;

    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => T.Min(T.Max(x, a), b);
}

/// <summary>The bits of x moved up by y: none are left by as many as there are, or by a negative number.</summary>
readonly struct LeftShiftInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        T.IsNegative(y) || y >= T.CreateTruncating(8 * Unsafe.SizeOf<T>()) ? T.Zero : x << int.CreateTruncating(y);
}

/// <summary><c>max(x, y)</c>.</summary>
readonly struct MaxInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => T.Max(x, y);
}

/// <summary><c>min(x, y)</c>.</summary>
readonly struct MinInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => T.Min(x, y);
}

/// <summary><c>x · y</c>.</summary>
readonly struct MulInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x * y;
}

/// <summary><c>-x</c>.</summary>
readonly struct NegInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => T.Zero - x;
}

/// <summary>The bits of either.</summary>
readonly struct OrInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x | y;
}

/// <summary>The bits of x moved down by y, the sign kept: it alone is left by as many as there are, or by a negative
/// number.</summary>
readonly struct RightShiftInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        !T.IsNegative(y) && y < T.CreateTruncating(8 * Unsafe.SizeOf<T>()) ? x >> int.CreateTruncating(y)
        : T.IsNegative(x) ? T.Zero - T.One : T.Zero;
}

/// <summary><c>y - a · x</c>.</summary>
readonly struct RsubInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => y - (a * x);
}

/// <summary><c>x - a · y</c>.</summary>
readonly struct SubInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x - (a * y);
}

/// <summary>The bits that differ.</summary>
readonly struct XorInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => x ^ y;
}

/// <summary><c>x / y</c> cut off towards 0; by 0, which PyTorch refuses, 0.</summary>
readonly struct DivTruncInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T>
    {
        if (T.IsZero(y)) return T.Zero;
        // The smallest integer has no negative, and its quotient by -1 is an exception of the processor's.
        return T.IsNegative(y) && y + T.One == T.Zero ? T.Zero - x : x / y;
    }
}

/// <summary>The largest integer not above <c>x / y</c>; by 0, which PyTorch refuses, 0.</summary>
readonly struct DivFloorInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T>
    {
        var quotient = DivTruncInteger.Apply(x, y, a, b);
        var left = x - (quotient * y);
        return !T.IsZero(left) && !T.IsZero(y) && T.IsNegative(left) != T.IsNegative(y) ? quotient - T.One : quotient;
    }
}

/// <summary>What is left of x after whole multiples of y, with the sign of x.</summary>
readonly struct FmodInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        x - (DivTruncInteger.Apply(x, y, a, b) * y);
}

/// <summary><c>xʸ</c>, wrapping round; a negative power is 0 unless x is 1 or -1, as in PyTorch.</summary>
readonly struct PowInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T>
    {
        if (T.IsNegative(y))
            return x == T.One ? x : x + T.One == T.Zero ? (T.IsOddInteger(y) ? x : T.One) : T.Zero;
        var power = T.One;
        for (; !T.IsZero(y); y >>= 1, x *= x)
            if (T.IsOddInteger(y)) power *= x;
        return power;
    }
}

/// <summary><c>yˣ</c>, y the number.</summary>
readonly struct PowIntegerOfNumber : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        PowInteger.Apply(y, x, a, b);
}

/// <summary>What is left of x after whole multiples of y, with the sign of y.</summary>
readonly struct RemainderInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        x - (DivFloorInteger.Apply(x, y, a, b) * y);
}

/// <summary><c>x</c>.</summary>
readonly struct SameInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        x;
}

/// <summary>1, 0 or -1.</summary>
readonly struct SignInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        T.IsZero(x) ? x : T.IsNegative(x) ? T.Zero - T.One : T.One;
}

/// <summary><c>x &gt; a ? x : b</c>.</summary>
readonly struct ThresholdInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        x <= a ? b : x;
}

/// <summary>0 below 0, 1 above it, y at 0.</summary>
readonly struct HeavisideInteger : IInteger
{
    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> =>
        T.IsZero(x) ? y : T.IsPositive(x) ? T.One : T.Zero;
}
