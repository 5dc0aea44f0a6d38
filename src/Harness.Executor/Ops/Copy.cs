using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The second operand in the first one's shape and type, of which nothing else is left. Source:
/// torch.Tensor.copy_.</summary>
public sealed record Copy : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Copy(), "copy");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs)
        ?? (Broadcast.Infer(inputs) == inputs[0] ? null : $"{inputs[1]} does not broadcast to {inputs[0]}");

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        operand == 0 || inputs[0] == inputs[1] ? axis : null;

    /// <summary>As the second lies, where it has the result's shape.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [.. Arrangements.Current(inputs)],
        [inputs[1].Shape == inputs[0].Shape ? inputs[1].Layout : inputs[0].Layout]);
}
