using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The distance of each row of one matrix from each row of another: (…, p, m) and (…, r, m) to (…, p, r), the
/// axes before the last two broadcast. Source: torch.cdist.</summary>
/// <remarks>Differences are taken element by element, whatever compute_mode says: PyTorch's product of matrices for
/// many rows is the same sum, less exact. Powers add up in double, one after another.</remarks>
public sealed record CDist : Op
{
    /// <summary>The norm's order: 0 counts the elements that differ, ∞ takes the largest difference.</summary>
    public double Order { get; init; } = 2;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "cdist", "_cdist_forward", "_euclidean_dist");

    static CDist Parse(Bound call)
    {
        double order = call.Has("p") ? call.Float("p") : 2;
        return order >= 0 ? new CDist { Order = order }
            : throw call.Refuse($"p is {order}, expected no negative number; PyTorch refuses it too");
    }

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    static Shape Batch(Shape x) => Shape.Create(x.AsSpan()[..^2]);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        if (a.Rank < 2 || b.Rank < 2) return $"operands are {a} and {b}, expected at least 2 axes";
        if (a[-1] != b[-1]) return $"operands are {a} and {b}, expected rows of one length";
        return Broadcast.Misfit([Batch(a), Batch(b)]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. Broadcast.Infer([Batch(inputs[0]), Batch(inputs[1])]), inputs[0][-2], inputs[1][-2]]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [.. Arrangements.Current(inputs)],
        [Permutation.Identity(Math.Max(inputs[0].Shape.Rank, inputs[1].Shape.Rank))]);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 3 * output.Elements * inputs[0][-1];
}
