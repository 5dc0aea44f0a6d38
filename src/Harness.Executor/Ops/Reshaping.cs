using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The same elements, in the same logical order, under another shape.</summary>
/// <remarks>No element moves: where the operand's layout carries over to the new shape (<see cref="Carry"/>) it may
/// stay; elsewhere the operand must first come into PyTorch's own order.</remarks>
public abstract record Reshaping : Op
{
    /// <summary>The new shape.</summary>
    /// <exception cref="ShapeException">The operand does not fit it.</exception>
    public abstract Shape Target(Shape input);

    /// <inheritdoc/>
    public sealed override bool IsView => true;

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [Target(inputs[0])];

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var target = Target(inputs[0].Shape);
        return Carry.Through(inputs[0].Shape, inputs[0].Layout, target) is { } layout
            ? new Arrangement([inputs[0].Layout], [layout])
            : Arrangements.Plain(inputs, target.Rank);
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 0;
}
