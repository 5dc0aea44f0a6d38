using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>(x - mean) / √(var + eps) · scale + bias</c> per channel, logical axis 1, by running statistics:
/// BatchNorm1d, BatchNorm2d and BatchNorm3d in eval mode. Source: torch.nn.BatchNorm2d.</summary>
/// <remarks>Operands: x; scale and bias where there are any; mean; variance.</remarks>
public sealed record BatchNorm2d : Op
{
    /// <summary>Added to the variance.</summary>
    public double Eps { get; init; } = 1e-5;

    /// <summary>True when operand 1 is a scale, PyTorch's <c>weight</c>.</summary>
    public bool Scale { get; init; }

    /// <summary>True when the operand after the scale, if any, is a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>What PyTorch gives the new value in training; Flax's momentum is one minus it. No effect in
    /// eval.</summary>
    public double Momentum { get; init; } = 0.1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "batch_norm", "native_batch_norm", "_native_batch_norm_legit",
        "_native_batch_norm_legit_no_training", "cudnn_batch_norm");

    /// <summary>The op of a call, which without running statistics is another one.</summary>
    internal static Op Parse(Bound call)
    {
        bool training = call.Has("training") && call.Bool("training");
        double eps = call.Float(call.Has("epsilon") ? "epsilon" : "eps");
        bool scale = !call.IsNone("weight"), bias = !call.IsNone("bias");
        if (IsAbsent(call, "running_mean") && IsAbsent(call, "running_var"))
        {
            // Without running statistics the flag is set in eval mode too.
            return training
                ? new InstanceNorm { OverBatch = true, Eps = eps, Scale = scale, Bias = bias }
                : throw call.Refuse("no running statistics and training=False, expected running_mean and running_var; "
                    + "PyTorch refuses it too");
        }
        if (IsAbsent(call, "running_mean") || IsAbsent(call, "running_var"))
            throw call.Refuse("one of running_mean and running_var, expected both");
        if (training) throw call.RefuseTraining();
        return new BatchNorm2d
        {
            Eps = eps,
            Momentum = call.Float(call.Has("momentum") ? "momentum" : "exponential_average_factor"),
            Scale = scale,
            Bias = bias,
        };
    }

    static bool IsAbsent(Bound call, string name) => !call.Has(name) || call.IsNone(name);

    /// <summary>The operand that holds the mean; the variance follows it.</summary>
    public int MeanOperand => 1 + (Scale ? 1 : 0) + (Bias ? 1 : 0);

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) => operands[MeanOperand] is { Rank: 1 } mean
        ? [[0, mean[0], 0, 0], [0, mean[0]], [0, mean[0], 0], [0, mean[0], 0, 0, 0]]
        : [];

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Shape.Rank > 5
        ? $"input is {inputs[0].Shape}, expected at most 5 axes" : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank is < 2 or > 5)
            return $"input is {x}, expected (n, c), (n, c, w), (n, c, h, w) or (n, c, d, h, w)";
        foreach (var rule in Weights)
        {
            if (inputs[rule.Operand] != [x[1]])
                return $"input has {x[1]} channels, {rule.Leaf} is {inputs[rule.Operand]}, expected ({x[1]})";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        // Whatever the order of the other axes, the channels must be innermost.
        var layout = inputs[0].Layout;
        return layout[layout.Rank - 1] == 1
            ? Arrangements.Keep(inputs)
            : Arrangements.ChannelsLast(inputs, inputs[0].Shape.Rank);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights
    {
        get
        {
            var rules = ImmutableArray.CreateBuilder<WeightRule>(4);
            if (Scale) rules.Add(WeightRule.OfFeatures(1, "scale"));
            if (Bias) rules.Add(WeightRule.OfFeatures(Scale ? 2 : 1, "bias"));
            rules.Add(WeightRule.OfFeatures(MeanOperand, "mean", "batch_stats"));
            rules.Add(WeightRule.OfFeatures(MeanOperand + 1, "var", "batch_stats"));
            return rules.ToImmutable();
        }
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 2 * output.Elements;
}
