using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Rows of a table, (v, d) at integers (…) to (…, d). Source: torch.nn.Embedding.</summary>
/// <remarks>An integer that names no row ends the run. <c>padding_idx</c>, <c>scale_grad_by_freq</c> and <c>sparse</c>
/// are about gradients: no row is left out when nothing trains.</remarks>
public sealed record Embedding : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Embedding(), "embedding");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Picking.MisfitOfIndex(1, inputs[1]);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) => operand == 1 ? inputs[0][0] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        inputs[0].Rank == 2 ? null : $"weight is {inputs[0]}, expected 2 axes: (rows, features)";

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. inputs[1].AsSpan(), inputs[0][1]]];

    /// <summary>Indices as they lie; rows one after another.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        new([.. Arrangements.Current(inputs)], [Permutation.Identity(inputs[1].Shape.Rank + 1)]);

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights =>
        [new(0, "embedding", Rearrangement.None, LeafForm.Array)];
}
