using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A norm over the last logical axes, each block of them by itself.</summary>
/// <remarks>Operands: x; scale and bias where there are any, each of the normalized shape.</remarks>
public abstract record LastAxesNorm : Op
{
    /// <summary>The extents of the last logical axes, which are normalized together.</summary>
    public required IntList NormalizedShape { get; init; }

    /// <summary>True when operand 1 is a scale, PyTorch's <c>weight</c>.</summary>
    public bool Scale { get; init; }

    /// <summary>True when the operand after the scale, if any, is a bias.</summary>
    public bool Bias { get; init; }

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int count = NormalizedShape.Count;
        if (x.Rank < count || !x.AsSpan()[(x.Rank - count)..].SequenceEqual(NormalizedShape.AsSpan()))
            return $"input is {x}, expected its last axes to be {NormalizedShape}";
        foreach (var rule in Weights)
        {
            if (!inputs[rule.Operand].AsSpan().SequenceEqual(NormalizedShape.AsSpan()))
                return $"{rule.Leaf} is {inputs[rule.Operand]}, expected {NormalizedShape}";
        }
        return null;
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        operand == 0 && axis < inputs[0].Rank - NormalizedShape.Count ? axis : null;

    /// <summary>The normalized axes innermost, they and the others in the order they have.</summary>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Arrangements.Current(inputs);
        int first = inputs[0].Shape.Rank - NormalizedShape.Count;
        int[] axes = inputs[0].Layout.AsSpan().ToArray();
        wanted[0] = new Permutation([.. axes.Where(axis => axis < first), .. axes.Where(axis => axis >= first)]);
        return new Arrangement([.. wanted], [wanted[0]]);
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<WeightRule> Weights
    {
        get
        {
            var rules = ImmutableArray.CreateBuilder<WeightRule>(2);
            if (Scale) rules.Add(WeightRule.OfFeatures(1, "scale") with { FollowsInput = true });
            if (Bias) rules.Add(WeightRule.OfFeatures(Scale ? 2 : 1, "bias") with { FollowsInput = true });
            return rules.ToImmutable();
        }
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 8 * output.Elements;
}
