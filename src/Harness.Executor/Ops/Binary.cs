using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One function of two elements, with broadcasting; the second is a tensor's or a number.</summary>
public abstract record Binary : Op
{
    /// <summary>The second term when it is a number; null when it is the second operand.</summary>
    public double? Other { get; init; }

    /// <summary>The number that stands for the second term, if one does.</summary>
    internal static double? Number(Bound call) => call.Operands.Length == 2 ? null : call.Float("other");

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);

    /// <inheritdoc/>
    public sealed override bool IsElementwise => Other is not null;

    /// <inheritdoc/>
    internal sealed override ImmutableArray<int> Overwritable => Other is null ? [0, 1] : [0];

    /// <summary>The function of one operand and <paramref name="other"/>.</summary>
    internal abstract UnaryKernel<E> WithNumber<E>(double other) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>The function of two operands.</summary>
    internal abstract Step<E> WithTensor<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer y)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <inheritdoc/>
    internal sealed override bool TakesSlices => true;

    /// <inheritdoc/>
    internal sealed override Step<E> Lower<E>(Lowering<E> node) => Other is { } other
        ? WithNumber<E>(other).Step(node.Lanes, node.Output(), node.Input(0))
        : WithTensor<E>(node.Lanes, node.Output(), node.Input(0), node.Input(1));
}
