using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Model;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary>One function of each element: the shape stays, any layout goes.</summary>
public abstract record Elementwise : Op
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public sealed override bool IsElementwise => true;

    /// <inheritdoc/>
    internal override TailRole Tail => TailRole.Activation;

    /// <inheritdoc/>
    internal sealed override ImmutableArray<int> Overwritable => [0];

    /// <summary>The function.</summary>
    internal abstract UnaryKernel<E> Operator<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <inheritdoc/>
    internal sealed override bool TakesSlices => true;

    /// <inheritdoc/>
    internal sealed override Step<E> Lower<E>(Lowering<E> node) =>
        Operator<E>().Step(node.Lanes, node.Output(), node.Input(0));
}
