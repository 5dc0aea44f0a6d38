using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>1 / (1 + exp(-x))</c>; 0 and 1 at the infinities. Source: torch.nn.Sigmoid.</summary>
public sealed record Sigmoid : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Sigmoid(), "sigmoid(Tensor self) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>();

    readonly struct Function : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Sigmoid<L, E>(x);
    }
}
