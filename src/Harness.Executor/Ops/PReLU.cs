using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : slope · x</c>; the slope is a parameter: one for all, or one a channel, which is logical
/// axis 1. Source: torch.nn.PReLU.</summary>
/// <remarks>Operands: x; the slopes, PyTorch's <c>weight</c>, of 1 or C elements. In the tree they are
/// <c>negative_slope</c> and keep that shape: flax.linen.PReLU has one slope, without axes.</remarks>
public sealed record PReLU : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new PReLU(), "prelu");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], slopes = inputs[1];
        int channels = x.Rank > 1 ? x[1] : 1;
        bool fits = slopes.Rank == 0 || (slopes.Rank == 1 && (slopes[0] == 1 || slopes[0] == channels));
        return fits ? null : $"input is {x}, weight is {slopes}, expected (1) or one slope a channel, ({channels})";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <summary>Any layout goes where there is one slope; else the channels are innermost.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        return inputs[1].Shape.Elements == 1 || layout[layout.Rank - 1] == 1
            ? Arrangements.Keep(inputs)
            : Arrangements.ChannelsLast(inputs, inputs[0].Shape.Rank);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => [WeightRule.OfFeatures(1, "negative_slope")];
}
