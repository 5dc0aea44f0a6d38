using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>other - alpha · self</c> with broadcasting: Python's <c>1 - x</c>. Source: torch.rsub.</summary>
public sealed record Rsub : Binary
{
    /// <summary>The factor of the first operand.</summary>
    public double Alpha { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Rsub { Alpha = call.Float("alpha"), Other = Number(call) },
        "rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> WithNumber<E>(double other) => UnaryKernel<E>.Of<NumberMinus>(Scalars<E>.Of(other, Alpha));

    /// <inheritdoc/>
    internal override Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y) =>
        new BinaryStep<Reversed, E>(lanes, output, x, y, Scalars<E>.Of(Alpha));

    readonly struct NumberMinus : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(-L.Splat(a.B), x, L.Splat(a.A));
    }

    readonly struct Reversed : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(-L.Splat(a.A), x, y);
    }
}
