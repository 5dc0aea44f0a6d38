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
}
