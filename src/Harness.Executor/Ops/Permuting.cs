using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The same memory with its logical axes in another order: the layout changes, no element moves.</summary>
public abstract record Permuting : Op
{
    /// <summary>For each logical axis of the result, the operand's; of a rank that fits.</summary>
    public abstract int[] Order(int rank);

    /// <inheritdoc/>
    public sealed override bool IsView => true;

    /// <inheritdoc/>
    public sealed override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public sealed override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [inputs[0].Permute(Order(inputs[0].Rank))];

    internal sealed override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) =>
        calls.Call("whole", "aten::permute", value,
            CallWriter.Ints(new Permutation(Order(operand.Rank)).Inverse().AsSpan().ToArray()));

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Array.IndexOf(Order(inputs[0].Rank), axis);

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        // What lay at a place still lies there, under its new number.
        var layout = inputs[0].Layout;
        var renumbered = new Permutation(Order(layout.Rank)).Inverse();
        var result = new int[layout.Rank];
        for (int j = 0; j < result.Length; j++) result[j] = renumbered[layout[j]];
        return new Arrangement([layout], [new Permutation(result)]);
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 0;
}
