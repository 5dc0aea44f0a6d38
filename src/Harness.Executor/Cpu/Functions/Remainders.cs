using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Remainders of quotients, which are exact however large these are: element by element.</summary>
static unsafe class LaneRemainder
{
    /// <summary>What is left of x after whole multiples of y, with the sign of x: C's fmod.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static L Of<L, E>(L x, L y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* xs = stackalloc E[L.Width], ys = stackalloc E[L.Width];
        L.Store(x, xs);
        L.Store(y, ys);
        for (int lane = 0; lane < L.Width; lane++) xs[lane] %= ys[lane];
        return L.Load(xs);
    }

    /// <summary>Where a remainder is not 0 and its sign is not the divisor's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L IsAcross<L, E>(L remainder, L y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AndNot(
            L.Xor(L.LessThan(remainder, L.Zero), L.LessThan(y, L.Zero)), L.Equal(remainder, L.Zero));
}

/// <summary>See <see cref="Ops.Fmod"/>.</summary>
readonly struct FmodOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneRemainder.Of<L, E>(x, y);
}

/// <summary>See <see cref="Ops.Fmod"/>.</summary>
readonly struct FmodByNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneRemainder.Of<L, E>(x, L.Splat(a.A));
}

/// <summary>See <see cref="Ops.Remainder"/>.</summary>
readonly struct RemainderOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var left = LaneRemainder.Of<L, E>(x, y);
        return L.Select(LaneRemainder.IsAcross<L, E>(left, y), left + y, left);
    }
}

/// <summary>See <see cref="Ops.Remainder"/>.</summary>
readonly struct RemainderByNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => RemainderOfTwo.Apply(x, L.Splat(a.A), a);
}

/// <summary><c>floor(x / y)</c>: of the exact quotient, which rounds to an integer that may be above it.</summary>
readonly struct DivFloor : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var left = LaneRemainder.Of<L, E>(x, y);
        var quotient = (x - left) / y;
        quotient -= L.And(LaneRemainder.IsAcross<L, E>(left, y), L.Of(1));
        var floor = L.Floor(quotient);
        floor += L.And(L.LessThan(L.Of(0.5), quotient - floor), L.Of(1));
        floor = L.Select(L.Equal(quotient, L.Zero), L.And(x / y, L.Of(-0.0)), floor);
        return L.Select(L.Equal(y, L.Zero), x / y, floor);
    }
}

/// <summary><c>floor(x / a)</c>.</summary>
readonly struct DivFloorByNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => DivFloor.Apply(x, L.Splat(a.A), a);
}

/// <summary><c>trunc(x / y)</c>.</summary>
readonly struct DivTrunc : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Truncate(x / y);
}

/// <summary><c>trunc(x / a)</c>.</summary>
readonly struct DivTruncByNumber : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Truncate(x / L.Splat(a.A));
}
