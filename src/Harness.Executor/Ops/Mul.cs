using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Kernels;
using Harness.Executor.Planning;

namespace Harness.Executor.Ops;

/// <summary><c>self · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.mul.</summary>
public sealed record Mul : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Mul { Other = Number(call) },
        "mul.Tensor(Tensor self, Tensor other) -> Tensor",
        "mul.Scalar(Tensor self, Scalar other) -> Tensor",
        "multiply.Tensor(Tensor self, Tensor other) -> Tensor",
        "multiply.Scalar(Tensor self, Scalar other) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> WithNumber<E>(double other) => UnaryKernel<E>.Of<TimesNumber>(Scalars<E>.Of(other));

    /// <inheritdoc/>
    internal override Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y) =>
        new BinaryStep<Times, E>(lanes, output, x, y, default);

    readonly struct TimesNumber : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * L.Splat(a.A);
    }

    readonly struct Times : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * y;
    }
}
