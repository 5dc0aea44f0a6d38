using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x · weightᵀ + bias</c> along the last LOGICAL axis: (…, i) with (o, i) gives (…, o). Source:
/// torch.nn.Linear.</summary>
public sealed record Linear : Op
{
    /// <summary>True when operand 2 is a bias.</summary>
    public bool Bias { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Linear { Bias = !call.IsNone("bias") }, "linear");

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) =>
        operands[1] is { Rank: 2 } w ? [[0, w[1]]] : [];

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        Bias && inputs[1].Shape is { Rank: 1 } w && inputs[0].Shape is { Rank: > 0 } x && x[-1] == w[0]
            ? $"weight is {w} beside a bias, expected (o, i)" : null;

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands) =>
        !Bias && operands[1].Shape.Rank == 1 && operands[0].Shape.Rank > 0 ? new VectorProduct() : this;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        if (w.Rank != 2) return $"weight is {w}, expected (o, i)";
        if (x.Rank == 0) return $"input is {x}, expected (…, {w[1]})";
        if (x[-1] != w[1]) return $"input {x} has {x[-1]} features on its last axis, kernel expects {w[1]}";
        return Bias && inputs[2] != [w[0]] ? $"bias is {inputs[2]}, expected ({w[0]})" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. inputs[0].AsSpan()[..^1], inputs[1][0]]];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        operand == 0 && axis < inputs[0].Rank - 1 ? axis : null;

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.LastAxisLast(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => Bias
        ? [new(1, "kernel", new Rearrangement("oi", "io"), LeafForm.Dense), WeightRule.OfFeatures(2, "bias")]
        : [new(1, "kernel", new Rearrangement("oi", "io"), LeafForm.Dense)];

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    internal override int? FeaturesOperand => 0;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 2 * output.Elements * inputs[1][1];
}
