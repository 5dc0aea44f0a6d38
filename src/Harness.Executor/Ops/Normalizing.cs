using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>(x - mean) / √(var + eps) · scale[c] + bias[c]</c>, c along logical axis 1, mean and variance (of n, not
/// n - 1) taken from x itself.</summary>
/// <remarks>Operands: x; scale and bias where there are any, one element a channel.</remarks>
public abstract record Normalizing : Op
{
    /// <summary>Added to the variance.</summary>
    public double Eps { get; init; } = 1e-5;

    /// <summary>True when operand 1 is a scale, PyTorch's <c>weight</c>.</summary>
    public bool Scale { get; init; }

    /// <summary>True when the operand after the scale, if any, is a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>How many neighbouring channels share mean and variance, of as many as there are.</summary>
    public abstract int ChannelsTogether(int channels);

    /// <summary>True where all images share mean and variance.</summary>
    public virtual bool ImagesTogether => false;

    /// <summary>Why such a number of channels does not fit; null where it does.</summary>
    protected virtual string? MisfitOfChannels(int channels) => null;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Shape.Rank > 5
        ? $"input is {inputs[0].Shape}, expected at most 5 axes" : null;

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands)
    {
        if (operands.Length < 2 || operands[1] is not { Rank: 1 } features) return [];
        return [[0, features[0], 0, 0], [0, features[0]], [0, features[0], 0], [0, features[0], 0, 0, 0]];
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank < 2) return $"input is {x}, expected (n, c, …)";
        if (MisfitOfChannels(x[1]) is { } why) return why;
        foreach (var rule in Weights)
        {
            if (inputs[rule.Operand] != [x[1]])
                return $"input has {x[1]} channels, {rule.Leaf} is {inputs[rule.Operand]}, expected ({x[1]})";
        }
        return null;
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <summary>The channels innermost, the other axes in whatever order they have.</summary>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        // A group is found image by image: the batch axis must be outermost.
        return layout[layout.Rank - 1] == 1 && layout[0] == 0
            ? Arrangements.Keep(inputs)
            : Arrangements.ChannelsLast(inputs, inputs[0].Shape.Rank);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights
    {
        get
        {
            var rules = ImmutableArray.CreateBuilder<WeightRule>(2);
            if (Scale) rules.Add(WeightRule.OfFeatures(1, "scale"));
            if (Bias) rules.Add(WeightRule.OfFeatures(Scale ? 2 : 1, "bias"));
            return rules.ToImmutable();
        }
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 8 * output.Elements;
}
