using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The coordinates of a grid: each vector repeated along the axes of all others. Source: torch.meshgrid.
/// </summary>
public sealed record Meshgrid : Op
{
    /// <summary><c>ij</c>, or <c>xy</c> where the first two axes change places: Cartesian indexing.</summary>
    public string Indexing { get; init; } = "ij";

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Meshgrid { Indexing = call.Has("indexing") ? call.Text("indexing") : "ij" },
        "meshgrid", "meshgrid.indexing");

    /// <inheritdoc/>
    internal override bool GivesList => true;

    /// <summary>The axis of the results along which an operand varies.</summary>
    /// <param name="operand">Which operand.</param>
    /// <param name="count">How many there are.</param>
    internal int AxisOf(int operand, int count) => Indexing == "xy" && count > 1 && operand < 2 ? 1 - operand : operand;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        if (Indexing is not ("ij" or "xy"))
            return $"indexing='{Indexing}', expected 'ij' or 'xy'; PyTorch refuses it too";
        foreach (var input in inputs)
            if (input.Type != inputs[0].Type) return $"operands are {inputs[0]} and {input}, expected one type";
        return null;
    }

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0) return "0 tensors, expected at least 1";
        foreach (var input in inputs) if (input.Rank > 1) return $"an operand is {input}, expected at most 1 axis";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var extents = new int[inputs.Length];
        for (int i = 0; i < extents.Length; i++) extents[AxisOf(i, extents.Length)] = checked((int)inputs[i].Elements);
        return [.. Enumerable.Repeat(Shape.Create(extents), inputs.Length)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [.. Arrangements.Current(inputs)],
        [.. Enumerable.Repeat(Permutation.Identity(inputs.Length), inputs.Length)]);
}
