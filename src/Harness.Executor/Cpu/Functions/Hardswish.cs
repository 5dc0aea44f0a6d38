using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Hardswish"/>.</summary>
readonly struct HardswishFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            x * L.AtMost(L.AtLeast(x + L.Of(3), L.Zero), L.Of(6)) * L.Of(1.0 / 6);
}
