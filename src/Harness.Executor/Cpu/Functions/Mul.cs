using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary><c>x · a</c>.</summary>
readonly struct MulTimesNumber : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * L.Splat(a.A);
}

/// <summary><c>x · y</c>.</summary>
readonly struct MulTimes : IBinary
{
    public static BinaryForm Form => BinaryForm.Product;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * y;
}
