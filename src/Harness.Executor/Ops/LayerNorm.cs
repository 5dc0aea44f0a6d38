using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>(x - mean) / √(var + eps) · scale + bias</c>, mean and variance (of n, not n - 1) over the last logical
/// axes. Source: torch.nn.LayerNorm.</summary>
/// <remarks>Operands: x; scale and bias where there are any, each of the normalized shape.</remarks>
public sealed record LayerNorm : Op
{
    /// <summary>The extents of the last logical axes, which are normalized together.</summary>
    public required IntList NormalizedShape { get; init; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; init; } = 1e-5;

    /// <summary>True when operand 1 is a scale, PyTorch's <c>weight</c>.</summary>
    public bool Scale { get; init; }

    /// <summary>True when the operand after the scale, if any, is a bias.</summary>
    public bool Bias { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "layer_norm", "native_layer_norm");

    static LayerNorm Parse(Bound call) => call.IsEmpty("normalized_shape")
        ? throw call.Refuse("normalized_shape is empty, expected at least one axis; PyTorch refuses it too")
        : new LayerNorm
        {
            NormalizedShape = IntList.Create(call.Ints("normalized_shape").AsSpan()),
            Eps = call.Float("eps"),
            Scale = !call.IsNone("weight"),
            Bias = !call.IsNone("bias"),
        };

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
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
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <summary>The normalized axes innermost, they and the others in the order they have.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Arrangements.Current(inputs);
        int first = inputs[0].Shape.Rank - NormalizedShape.Count;
        int[] axes = inputs[0].Layout.AsSpan().ToArray();
        wanted[0] = new Permutation([.. axes.Where(axis => axis < first), .. axes.Where(axis => axis >= first)]);
        return new Arrangement([.. wanted], [wanted[0]]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights
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
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 8 * output.Elements;
}
