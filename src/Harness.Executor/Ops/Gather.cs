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
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 && inputs[0].Rank > 0 ? inputs[0][Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        inputs[0].Shape.Rank == 0 || inputs[1].Shape.Rank == 0
            ? $"operands are {inputs[0].Shape} and {inputs[1].Shape}: scalars are not supported" : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Picking.MisfitOfPlaces(Dim, inputs[0], inputs[1]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[1]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
