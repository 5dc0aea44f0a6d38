using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Floor"/>.</summary>
readonly struct FloorFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Floor(x);
}

/// <summary>See <see cref="Ops.Ceil"/>.</summary>
readonly struct CeilFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Ceiling(x);
}

/// <summary>See <see cref="Ops.Trunc"/>.</summary>
readonly struct TruncFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Truncate(x);
}

/// <summary>See <see cref="Ops.Round"/>.</summary>
readonly struct RoundFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Round(x);
}

/// <summary>To decimals: of the power of ten.</summary>
readonly struct RoundDecimals : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Round(x * L.Splat(a.A)) / L.Splat(a.A);
}

/// <summary>To tens: of the power of ten.</summary>
readonly struct RoundTens : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Round(x / L.Splat(a.A)) * L.Splat(a.A);
}

/// <summary>See <see cref="Ops.Frac"/>.</summary>
readonly struct FracFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x - L.Truncate(x);
}

/// <summary>See <see cref="Ops.Sign"/>.</summary>
readonly struct SignFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.SelectLess(L.Zero, x, L.Of(1), L.SelectLess(x, L.Zero, L.Of(-1), L.Zero));
}

/// <summary>See <see cref="Ops.NanToNum"/>; of the numbers for the infinities NaN is the largest and smallest there
/// is.</summary>
readonly struct NanToNumFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        L high = L.Splat(a.B), low = L.Splat(a.C);
        L most = L.Of(typeof(E) == typeof(float) ? float.MaxValue : double.MaxValue);
        high = L.Select(L.Equal(high, high), high, most);
        low = L.Select(L.Equal(low, low), low, -most);
        var y = L.Select(L.Equal(x, x), x, L.Splat(a.A));
        y = L.Select(L.Equal(x, L.Of(double.PositiveInfinity)), high, y);
        return L.Select(L.Equal(x, L.Of(double.NegativeInfinity)), low, y);
    }
}
