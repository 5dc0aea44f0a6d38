using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.ELU"/>.</summary>
readonly struct ELUFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.Select(L.LessThan(L.Zero, x), x, L.Splat(a.A) * LaneMath.Expm1<L, E>(x));
}
