using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The indices of a logical axis that a vector of integers names. Source: torch.index_select.</summary>
/// <remarks>An integer that is no index of the axis ends the run: none counts from the end.</remarks>
public sealed record IndexSelect : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexSelect { Dim = call.Int("dim") }, "index_select");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Picking.MisfitOfIndex(1, inputs[1]);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 ? Picking.Vector(inputs[0])[Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Axis.Misfit(Dim, inputs[0].Rank)
        ?? (inputs[1].Rank > 1 ? $"index is {inputs[1]}, expected at most 1 axis" : null)
        ?? (inputs[0].Rank == 0 && inputs[1].Elements != 1
            ? $"index is {inputs[1]}, expected one element for a scalar; PyTorch refuses it too" : null);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = inputs[0].AsSpan().ToArray();
        // Of a scalar one index is left, which is a scalar.
        if (extents.Length > 0) extents[Axis.Of(Dim, extents.Length)] = checked((int)inputs[1].Elements);
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
