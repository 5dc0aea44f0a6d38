using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary><c>x &gt; 0 ? x : x · y</c>: see <see cref="Ops.PReLU"/>.</summary>
readonly struct PReLUFunction : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Select(L.LessThan(L.Zero, x), x, x * y);
}
