using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Results that are parts of the operand, element by element: nothing is computed, and whatever type the
/// operand has, they have.</summary>
public abstract record Part : Op
{
    /// <inheritdoc/>
    public sealed override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public sealed override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 0;

    /// <summary>An axis of the operand from 0; a negative number counts from the last.</summary>
    /// <exception cref="ShapeException">The operand has no such axis.</exception>
    protected static int AxisOf(Shape operand, int dim) => operand.Rank > 0
        ? Axis.Of(dim, operand.Rank)
        : throw new ShapeException($"input is {operand}, expected at least 1 axis");
}
