using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>self - alpha · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source:
/// torch.sub.</summary>
public sealed record Sub : Binary
{
    /// <summary>The factor of the second term.</summary>
    public double Alpha { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Sub { Alpha = call.Float("alpha"), Other = Number(call) },
        "sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
        "subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "subtract.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> WithNumber<E>(double other) => UnaryKernel<E>.Of<MinusNumber>(Scalars<E>.Of(Alpha * other));

    /// <inheritdoc/>
    internal override Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y) =>
        Alpha == 1
            ? new BinaryStep<Minus, E>(lanes, output, x, y, default)
            : new BinaryStep<MinusMultiple, E>(lanes, output, x, y, Scalars<E>.Of(Alpha));

    readonly struct MinusNumber : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x - L.Splat(a.A);
    }

    readonly struct Minus : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x - y;
    }

    readonly struct MinusMultiple : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(-L.Splat(a.A), y, x);
    }
}
