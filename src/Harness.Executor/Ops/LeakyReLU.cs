using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : slope · x</c>. Source: torch.nn.LeakyReLU.</summary>
public sealed record LeakyReLU : Elementwise
{
    /// <summary>The slope below zero.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LeakyReLU { NegativeSlope = call.Float("negative_slope") },
        "leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>(Scalars<E>.Of(NegativeSlope));

    readonly struct Function : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Select(L.LessThan(L.Zero, x), x, x * L.Splat(a.A));
    }
}
