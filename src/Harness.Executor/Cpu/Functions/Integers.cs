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
