using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>self + alpha · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source:
/// torch.add.</summary>
public sealed record Add : Binary
{
    /// <summary>The factor of the second term.</summary>
    public double Alpha { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Add { Alpha = call.Float("alpha"), Other = Number(call) },
        "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> WithNumber<E>(double other) => UnaryKernel<E>.Of<PlusNumber>(Scalars<E>.Of(Alpha * other));

    /// <inheritdoc/>
    internal override Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y) =>
        Alpha == 1
            ? new BinaryStep<Plus, E>(lanes, output, x, y, default)
            : new BinaryStep<PlusMultiple, E>(lanes, output, x, y, Scalars<E>.Of(Alpha));

    /// <inheritdoc/>
    internal override TailRole Tail => Other is null && Alpha == 1 ? TailRole.Residual : TailRole.None;

    readonly struct PlusNumber : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x + L.Splat(a.A);
    }

    readonly struct Plus : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x + y;
    }

    readonly struct PlusMultiple : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(L.Splat(a.A), y, x);
    }
}
