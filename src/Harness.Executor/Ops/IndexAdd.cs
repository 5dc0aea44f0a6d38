using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with <c>alpha · source</c> added at the indices of a logical axis that a vector names. Source:
/// torch.index_add.</summary>
public sealed record IndexAdd : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The factor.</summary>
    public Number Alpha { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexAdd { Dim = call.Int("dim"), Alpha = call.Number("alpha") }, "index_add");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}: Booleans are not added" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Picking.MisfitOfIndex(1, inputs[1])
        ?? (inputs[2].Type != inputs[0].Type
            ? $"operands 0 and 2 are {inputs[0]} and {inputs[2]}, expected one type; PyTorch refuses it too" : null)
        ?? Promotion.MisfitOfScale(inputs[0].Type, Alpha.Value, Alpha.IsInteger);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 ? Picking.Vector(inputs[0])[Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = Picking.Vector(inputs[0]), source = Picking.Vector(inputs[2]);
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        int dim = Axis.Of(Dim, x.Rank);
        if (inputs[1].Rank > 1) return $"index is {inputs[1]}, expected at most 1 axis";
        bool fits = source.Rank == x.Rank && source[dim] == inputs[1].Elements;
        for (int axis = 0; fits && axis < x.Rank; axis++) fits = axis == dim || source[axis] == x[axis];
        return fits ? null : $"source is {source}, expected {x} with {inputs[1].Elements} on axis {dim}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
