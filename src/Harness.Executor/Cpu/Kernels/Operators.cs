using System.Numerics;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Up to three numbers an operator is told once: a slope, limits, a scale.</summary>
readonly record struct Scalars<E>(E A = default, E B = default, E C = default)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>Each number rounded to the element type.</summary>
    public static Scalars<E> Of(double a = 0, double b = 0, double c = 0) =>
        new(E.CreateTruncating(a), E.CreateTruncating(b), E.CreateTruncating(c));
}

/// <summary>An element-wise function of one value, written once for all lanes and both element types.</summary>
/// <remarks>Implement it on an empty struct, with <c>AggressiveInlining</c>:
/// <code>
/// readonly struct LeakyReLUOperator : IUnary
/// {
///     [MethodImpl(MethodImplOptions.AggressiveInlining)]
///     public static L Apply&lt;L, E&gt;(L x, in Scalars&lt;E&gt; a)
///         where L : struct, ILanes&lt;L, E&gt; where E : unmanaged, IBinaryFloatingPointIeee754&lt;E&gt; =>
///         L.Select(L.LessThan(x, L.Zero), x * L.Splat(a.A), x);
/// }
/// </code></remarks>
interface IUnary
{
    /// <summary>True for an operator of a few instructions, of which a kernel may hold several copies. Leave it false
    /// for anything that calls <see cref="LaneMath"/>.</summary>
    static virtual bool Short => false;

    /// <summary>The bounds between which the function holds x, where it does nothing else; else null.</summary>
    static virtual Bounds<E>? BoundsOf<E>(in Scalars<E> a)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => null;

    /// <summary>f(x), each lane by itself.</summary>
    static abstract L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary><c>min(max(x, Low), High)</c>, by <see cref="ILanes{L, E}.AtLeast"/> and then
/// <see cref="ILanes{L, E}.AtMost"/>, each where it is there.</summary>
readonly record struct Bounds<E>(bool HasLow = false, E Low = default, bool HasHigh = false, E High = default)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>;

/// <summary>An element-wise function of two values.</summary>
interface IBinary
{
    /// <summary>What kernels that add and multiply anyway may make of it.</summary>
    static virtual BinaryForm Form => BinaryForm.Other;

    /// <summary>f(x, y), each lane by itself.</summary>
    static abstract L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary>Whether a function of two values is plain arithmetic.</summary>
enum BinaryForm
{
    /// <summary>It is not: called for each element.</summary>
    Other,
    /// <summary><c>x + y</c>.</summary>
    Sum,
    /// <summary><c>x · y</c>.</summary>
    Product,
}
