using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Executor.Program;

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

    /// <summary>True for a feature map times one number for each of its channels, both computed: what squeeze and excitation
    /// does.</summary>
    internal static bool IsGate(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not Mul { Other: null } || node.Inputs.Any(input => model.Values[input].Leaf is not null)) return false;
        var result = model.Values[node.Outputs[0]];
        bool IsWhole(int value) => model.Values[value].Shape == result.Shape;
        bool IsChannels(int value) => model.Values[value].Shape is { Rank: 4 } shape
            && shape[1] == result.Shape[1] && shape[2] == 1 && shape[3] == 1;
        return result.Shape.Rank == 4 && result.Layout == Permutation.ChannelsLast(4) && node.Inputs is [var a, var b]
            && ((IsWhole(a) && IsChannels(b)) || (IsChannels(a) && IsWhole(b)));
    }

    /// <summary>The product of two operands some rows at a time.</summary>
    internal static BandSource<E> Bands<E>(Lowering<E> node) where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        new MapBands<Times, E>(node);

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
