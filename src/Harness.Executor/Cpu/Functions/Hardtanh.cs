using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Hardtanh"/>.</summary>
readonly struct HardtanhFunction : IUnary
{
    public static bool Short => true;

    public static Bounds<E>? BoundsOf<E>(in Scalars<E> a)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => new Bounds<E>(HasLow: true, a.A, HasHigh: true, a.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtMost(L.AtLeast(x, L.Splat(a.A)), L.Splat(a.B));
}
