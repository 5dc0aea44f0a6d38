using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Along one logical axis the element that an integer of the same place names; the result has the indices'
/// shape, which on no other axis is longer than the operand's. Source: torch.gather.</summary>
/// <remarks>An integer that is no index of the axis ends the run: none counts from the end.</remarks>
public sealed record Gather : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Gather { Dim = call.Int("dim") }, "gather");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[1].Type == ElementType.UInt8 ? null
        : Picking.MisfitOfIndex(1, inputs[1]);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 ? Picking.Vector(inputs[0])[Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        // No index names no place, whatever axes it has.
        inputs[1].Elements == 0 ? null : Picking.MisfitOfPlaces(Dim, inputs[0], inputs[1]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[1]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        inputs[0].Shape.Rank == inputs[1].Shape.Rank ? Arrangements.Keep(inputs)
        // A scalar beside a vector of one.
        : new Arrangement([.. Arrangements.Current(inputs)], [inputs[1].Layout]);
}
