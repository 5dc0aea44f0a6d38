using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The elements of two logical axes whose indices differ by <see cref="Offset"/>, along a new last axis in
/// their place. Source: torch.diagonal.</summary>
public sealed record Diagonal : Part
{
    /// <summary>How much the second axis is ahead.</summary>
    public int Offset { get; init; }

    /// <summary>The first logical axis; negative counts from the last.</summary>
    public int First { get; init; }

    /// <summary>The second one.</summary>
    public int Second { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Diagonal
        {
            // linalg_diagonal names the matrix, and its last axes.
            Offset = call.Int("offset"), First = call.Int("dim1"), Second = call.Int("dim2"),
        },
        "diagonal", "diagonal_copy", "linalg_diagonal");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank < 2
        ? $"input is {inputs[0]}, expected at least 2 axes" : Axis.Misfit([First, Second], inputs[0].Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int[] axes = Axis.Of([First, Second], x.Rank);
        long length = Math.Min(x[axes[0]] + Math.Min(0L, Offset), x[axes[1]] - Math.Max(0L, Offset));
        return [[.. Others(x.Rank).Select(axis => x[axis]), (int)Math.Max(0, length)]];
    }

    /// <summary>The axes that stay.</summary>
    internal IEnumerable<int> Others(int rank)
    {
        int[] axes = Axis.Of([First, Second], rank);
        return Enumerable.Range(0, rank).Where(axis => !axes.Contains(axis));
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        var others = Arrangements.Without(layout, Axis.Of([First, Second], layout.Rank));
        return new Arrangement([layout], [new Permutation([.. others.AsSpan(), layout.Rank - 2])]);
    }
}
