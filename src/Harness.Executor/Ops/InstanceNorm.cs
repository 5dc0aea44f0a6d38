using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A norm by the mean and variance of each channel of each image, or, over the batch, of each channel of all
/// images: a batch norm without running statistics. Source: torch.nn.InstanceNorm2d.</summary>
/// <remarks>With running statistics it is a batch norm, and becomes one.</remarks>
public sealed record InstanceNorm : Normalizing
{
    /// <summary>True when the batch axis is one of those that are normalized over.</summary>
    public bool OverBatch { get; init; }

    /// <summary>True when mean and variance are operands, after scale and bias.</summary>
    public bool RunningStatistics { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "instance_norm", "_native_batch_norm_legit.no_stats");

    static Op Parse(Bound call)
    {
        if (!call.Has("use_input_stats")) return BatchNorm2d.Parse(call);
        bool tracked = !call.IsNone("running_mean") && !call.IsNone("running_var"), own = call.Bool("use_input_stats");
        if (own && (!call.IsNone("running_mean") || !call.IsNone("running_var"))) throw call.RefuseTraining();
        if (!own && !tracked)
            throw call.Refuse("use_input_stats=False without running_mean and running_var; PyTorch refuses it too");
        return new InstanceNorm
        {
            Eps = call.Float("eps"),
            Scale = !call.IsNone("weight"),
            Bias = !call.IsNone("bias"),
            RunningStatistics = tracked,
        };
    }

    /// <inheritdoc/>
    public override int ChannelsTogether(int channels) => 1;

    /// <inheritdoc/>
    public override bool ImagesTogether => OverBatch;

    BatchNorm2d ByStatistics => new() { Eps = Eps, Scale = Scale, Bias = Bias };

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands) => RunningStatistics ? ByStatistics : this;

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) =>
        RunningStatistics ? ByStatistics.Demands(operands) : base.Demands(operands);

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => RunningStatistics ? ByStatistics.Weights : base.Weights;
}
