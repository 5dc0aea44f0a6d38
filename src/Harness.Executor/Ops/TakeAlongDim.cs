using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Along one logical axis the element that an integer of the same place names, operand and indices broadcast
/// on all other axes. Source: torch.take_along_dim.</summary>
/// <remarks>A negative integer counts from the end; one that is no index of the axis ends the run.</remarks>
public sealed record TakeAlongDim : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>True where the call states no axis, so that both operands are flattened.</summary>
    public bool Flattens { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new TakeAlongDim { Dim = call.IntOrNull("dim") ?? 0, Flattens = call.IsNone("dim") },
        "take_along_dim");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Flattens
        ? $"dim=None flattens {inputs[0].Shape} and {inputs[1].Shape}, which is not supported, expected an axis" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 && inputs[0].Rank > 0 ? inputs[0][Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], index = inputs[1];
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        if (index.Rank != x.Rank) return $"indices are {index}, expected {x.Rank} axes as of {x}";
        if (x.Rank == 0) return "operand 0 has no axes, expected at least 1";
        return Broadcast.Misfit([Of(x, 1), Of(index, 1)]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Of(Broadcast.Infer([Of(inputs[0], 1), Of(inputs[1], 1)]), inputs[1][Axis.Of(Dim, inputs[1].Rank)])];

    // A shape with another extent along the axis.
    Shape Of(Shape shape, int extent)
    {
        int[] extents = shape.AsSpan().ToArray();
        extents[Axis.Of(Dim, extents.Length)] = extent;
        return Shape.Create(extents);
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
