using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.ReLU"/>.</summary>
readonly struct ReLUFunction : IUnary
{
    public static bool Short => true;

    public static Bounds<E>? BoundsOf<E>(in Scalars<E> a)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => new Bounds<E>(HasLow: true, E.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtLeast(x, L.Zero);
}
