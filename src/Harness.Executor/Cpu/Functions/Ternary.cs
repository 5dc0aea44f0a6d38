using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Lerp"/>.</summary>
readonly struct LerpOfThree : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, L z, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var way = y - x;
        return L.SelectLess(z, L.Of(0.5), L.Fma(z, way, x), L.Fma(z - L.Of(1), way, y));
    }
}

/// <summary>See <see cref="Ops.Lerp"/>.</summary>
readonly struct LerpByNumber : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        L weight = L.Splat(a.A), way = y - x;
        return L.SelectLess(weight, L.Of(0.5), L.Fma(weight, way, x), L.Fma(weight - L.Of(1), way, y));
    }
}

/// <summary>See <see cref="Ops.Addcmul"/>.</summary>
readonly struct AddcmulOfThree : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, L z, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(L.Splat(a.A) * y, z, x);
}

/// <summary>See <see cref="Ops.Addcdiv"/>.</summary>
readonly struct AddcdivOfThree : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, L z, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x + (L.Splat(a.A) * y / z);
}
