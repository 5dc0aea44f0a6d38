using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The places of an output's elements under an affine map: theta (n, axes, axes + 1) to (n, [d,] h, w, axes),
/// <c>theta · (x, y[, z], 1)</c>. Source: torch.nn.functional.affine_grid.</summary>
/// <remarks>x, y and z run from -1 to 1 over the output, whose elements they are the middles of, or the outermost of
/// these with aligned corners. They and the sum, from the last term on, are computed in float64 and rounded
/// once.</remarks>
public sealed record AffineGrid : Op
{
    /// <summary>The extents of what is to be sampled: (n, c, [d,] h, w).</summary>
    public required IntList Sizes { get; init; }

    /// <summary>True when -1 and 1 are the middles of the outermost elements, not their outer edges.</summary>
    public bool AlignCorners { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "affine_grid_generator");

    static AffineGrid Parse(Bound call) => new()
    {
        Sizes = IntList.Create(call.Ints("size").AsSpan()),
        AlignCorners = call.Bool("align_corners"),
    };

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type.IsFloating() ? null
        : $"operand 0 is {inputs[0]}, expected floating-point numbers";

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var theta = inputs[0];
        int axes = Sizes.Count - 2;
        if (axes is not (2 or 3)) return $"size is {Sizes}, expected [n, c, h, w] or [n, c, d, h, w]";
        foreach (int size in Sizes.AsSpan())
            if (size < 1) return $"size is {Sizes}, expected positive numbers";
        return theta.Rank == 3 && theta[0] == Sizes[0] && theta[1] == axes && theta[2] == axes + 1 ? null
            : $"theta is {theta}, expected ({Sizes[0]}, {axes}, {axes + 1})";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Shape.Create([Sizes[0], .. Sizes.AsSpan()[2..], Sizes.Count - 2])];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Plain(inputs, Sizes.Count);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 2 * output.Elements * (Sizes.Count - 1);
}
