using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>One function of each element.</summary>
sealed unsafe class UnaryStep<TOp, E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer x, Scalars<E> scalars, string name) : Step
    where TOp : struct, IUnary
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Traversal _over = Traversal.Of(output.Physical.AsSpan(), output.Strides, Strided.As(x, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"map {name}", TOp.Short ? CostModel.Plain : CostModel.Transcendental);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last) =>
        Map.Unary<TOp, E>(lanes, _over, first, last, frame.At<E>(output), frame.At<E>(x), scalars);
}

/// <summary>One function of two elements, operands broadcast to the result's shape.</summary>
sealed unsafe class BinaryStep<TOp, E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y, Scalars<E> scalars, string name) : Step
    where TOp : struct, IBinary
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Traversal _over =
        Traversal.Of(output.Physical.AsSpan(), output.Strides, Strided.As(x, output), Strided.As(y, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"map {name}", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last) =>
        Map.Binary<TOp, E>(lanes, _over, first, last, frame.At<E>(output), frame.At<E>(x), frame.At<E>(y), scalars);
}

/// <summary>One function of three elements, operands broadcast to the result's shape.</summary>
sealed unsafe class TernaryStep<TOp, E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y, ValueBuffer z, Scalars<E> scalars, string name)
    : Step
    where TOp : struct, ITernary
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Traversal _over = Traversal.Of(
        output.Physical.AsSpan(), output.Strides, Strided.As(x, output), Strided.As(y, output), Strided.As(z, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"map {name}", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last) => MapOfThree.Run<TOp, E>(
        lanes, _over, first, last, frame.At<E>(output), frame.At<E>(x), frame.At<E>(y), frame.At<E>(z), scalars);
}

/// <summary>How an operand is walked when the result decides the order.</summary>
static class Strided
{
    /// <summary>The strides of <paramref name="operand"/> along the physical axes of <paramref name="result"/>, 0 where
    /// it repeats.</summary>
    public static nint[] As(ValueBuffer operand, ValueBuffer result)
    {
        var logical = Traversal.Broadcast(operand.Shape.AsSpan(), operand.LogicalStrides(), result.Shape.AsSpan());
        var strides = new nint[logical.Length];
        for (int j = 0; j < strides.Length; j++) strides[j] = logical[result.Layout[j]];
        return strides;
    }
}
