using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self / other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.div.</summary>
/// <remarks>True division only: a rounding mode is refused.</remarks>
public sealed record Div : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "div.Tensor(Tensor self, Tensor other) -> Tensor",
        "div.Scalar(Tensor self, Scalar other) -> Tensor",
        "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
        "div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
        "divide.Tensor(Tensor self, Tensor other) -> Tensor",
        "divide.Scalar(Tensor self, Scalar other) -> Tensor",
        "divide.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
        "divide.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
        "true_divide.Tensor(Tensor self, Tensor other) -> Tensor",
        "true_divide.Scalar(Tensor self, Scalar other) -> Tensor");

    static Div Parse(Bound call) => call.Has("rounding_mode") && !call.IsNone("rounding_mode")
        ? throw call.Refuse($"rounding_mode='{call.Text("rounding_mode")}', expected none")
        : new Div { Other = Number(call) };

    /// <inheritdoc/>
    internal override UnaryKernel<E> WithNumber<E>(double other) => UnaryKernel<E>.Of<OverNumber>(Scalars<E>.Of(other));

    /// <inheritdoc/>
    internal override Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y) =>
        new BinaryStep<Over, E>(lanes, output, x, y, default);

    readonly struct OverNumber : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x / L.Splat(a.A);
    }

    readonly struct Over : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x / y;
    }
}
