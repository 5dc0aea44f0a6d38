using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Atan2"/>.</summary>
readonly struct Atan2OfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Atan2<L, E>(x, y);
}

/// <summary>See <see cref="Ops.Hypot"/>.</summary>
readonly struct HypotOfTwo : IBinary
{
    const double TwoTo100 = 1.2676506002282294e30;
    const double TwoTo600 = 4.149515568880993e+180;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        L p = L.Abs(x), q = L.Abs(y), most = L.Max(p, q);
        bool single = typeof(E) == typeof(float);
        // Powers of two, so that nothing is rounded twice.
        var large = L.LessThan(L.Of(single ? 1e18 : 1e150), most);
        var small = L.LessThan(most, L.Of(single ? 1e-15 : 1e-140));
        var by = L.Select(large, L.Of(single ? 1 / TwoTo100 : 1 / TwoTo600), L.Of(1));
        by = L.Select(small, L.Of(single ? TwoTo100 : TwoTo600), by);
        (p, q) = (p * by, q * by);
        var root = L.Sqrt(L.Fma(p, p, q * q)) / by;
        var infinity = L.Of(double.PositiveInfinity);
        return L.Select(L.Or(L.Equal(p, infinity), L.Equal(q, infinity)), infinity, root);
    }
}

/// <summary>See <see cref="Ops.Xlogy"/>.</summary>
readonly struct XlogyOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var product = x * LaneMath.Log<L, E>(y);
        return L.Select(L.Equal(y, y), L.Select(L.Equal(x, L.Zero), L.Zero, product), y);
    }
}

/// <summary><c>x · ln a</c>.</summary>
readonly struct XlogyOfNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => XlogyOfTwo.Apply(x, L.Splat(a.A), a);
}

/// <summary><c>a · ln x</c>.</summary>
readonly struct XlogyByNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => XlogyOfTwo.Apply(L.Splat(a.A), x, a);
}

/// <summary>See <see cref="Ops.Heaviside"/>.</summary>
readonly struct HeavisideOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        L.Select(L.Equal(x, L.Zero), y, L.SelectLess(L.Zero, x, L.Of(1), L.Zero));
}

/// <summary>See <see cref="Ops.LogAddExp"/>.</summary>
readonly struct LogAddExpOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var most = L.Max(x, y);
        var sum = most + LaneMath.Log1p<L, E>(LaneMath.Exp<L, E>(-L.Abs(x - y)));
        // Of two that are infinite and equal there is no difference.
        return L.Select(L.Equal(x, y), L.Select(L.Equal(L.Abs(x), L.Of(double.PositiveInfinity)), x, sum), sum);
    }
}

/// <summary>See <see cref="Ops.LogAddExp"/>.</summary>
readonly struct LogAddExp2OfTwo : IBinary
{
    const double InverseLn2 = 1.4426950408889634074;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var most = L.Max(x, y);
        var ratio = LanePowers.Exp2<L, E>(-L.Abs(x - y));
        var sum = L.Fma(LaneMath.Log1p<L, E>(ratio), L.Of(InverseLn2), most);
        return L.Select(L.Equal(x, y), L.Select(L.Equal(L.Abs(x), L.Of(double.PositiveInfinity)), x, sum), sum);
    }
}
