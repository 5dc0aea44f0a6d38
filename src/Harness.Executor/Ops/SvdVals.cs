using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The singular values of matrices, the largest first: (…, m, n) to (…, min(m, n)). Source:
/// torch.linalg.svdvals.</summary>
/// <remarks>By one-sided Jacobi rotations in double: columns are turned in pairs until all of them are orthogonal, and
/// their lengths are what is asked for.</remarks>
public sealed record SvdVals : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new SvdVals(), "linalg_svdvals");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank < 2
        ? $"input is {inputs[0]}, expected at least 2 axes" : null;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. inputs[0].AsSpan()[..^2], Math.Min(inputs[0][-2], inputs[0][-1])]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [inputs[0].Layout], [Permutation.Identity(inputs[0].Shape.Rank - 1)]);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        20 * inputs[0].Elements * Math.Min(inputs[0][-2], inputs[0][-1]);
}
