using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The largest element of each window and where it stands in its plane, counted row by row: what a pool gives
/// to those who ask for its indices. Source: torch.nn.MaxPool2d(return_indices=True) and its like.</summary>
/// <remarks>Of equal elements the first one; of several NaN the last, as in PyTorch.</remarks>
public sealed record MaxPoolWithIndices : Op
{
    /// <summary>The pool: a <see cref="MaxPool"/> or an <see cref="AdaptiveMaxPool"/>.</summary>
    public required Op Pool { get; init; }

    /// <inheritdoc/>
    public override string Name => $"{Pool.Name}WithIndices";

    /// <inheritdoc/>
    internal override int? BatchedRank => Pool.BatchedRank;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        result == 0 ? ElementType.Float32 : ElementType.Int64;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Pool.MisfitOfShapes(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var one = Pool.InferShapes(inputs)[0];
        return [one, one];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, inputs[0].Shape.Rank, inputs[0].Shape.Rank);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => Pool.Flops(inputs, output);
}
