using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Maximum"/>.</summary>
readonly struct MaximumOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(x, y);
}

/// <summary>See <see cref="Ops.Minimum"/>.</summary>
readonly struct MinimumOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(x, y);
}

/// <summary>See <see cref="Ops.Fmax"/>.</summary>
readonly struct FmaxOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => 
            L.Select(L.Equal(x, x), L.Select(L.Equal(y, y), L.Max(x, y), x), y);
}

/// <summary>See <see cref="Ops.Fmin"/>.</summary>
readonly struct FminOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => 
            L.Select(L.Equal(x, x), L.Select(L.Equal(y, y), L.Min(x, y), x), y);
}

/// <summary>See <see cref="Ops.Clamp"/>: both limits.</summary>
readonly struct ClampBetween : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, L z, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(L.Max(x, y), z);
}
