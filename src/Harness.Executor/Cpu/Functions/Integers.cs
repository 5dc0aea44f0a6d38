using System.Numerics;

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

/// <summary><c>min(max(x, a), b)</c>.</summary>
readonly struct ClampInteger : IInteger
{
    public static bool NumbersAreLimits => true;

    public static T Apply<T>(T x, T y, T a, T b) where T : unmanaged, IBinaryInteger<T> => T.Min(T.Max(x, a), b);
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
