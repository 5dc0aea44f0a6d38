using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>tanh(x)</c>; ±1 at the infinities. Source: torch.nn.Tanh.</summary>
public sealed record Tanh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Tanh(), "tanh(Tensor self) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>();

    readonly struct Function : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Tanh<L, E>(x);
    }
}
