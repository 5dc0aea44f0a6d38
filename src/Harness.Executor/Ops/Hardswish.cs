using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c>. Source: torch.nn.Hardswish.</summary>
public sealed record Hardswish : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Hardswish(), "hardswish(Tensor self) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>();

    readonly struct Function : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * L.AtMost(L.AtLeast(x + L.Of(3), L.Zero), L.Of(6)) * L.Of(1.0 / 6);
    }
}
