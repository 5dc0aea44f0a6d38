using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Batch norm by running statistics.</summary>
sealed class BatchNormLowering : Lowering<BatchNorm2d>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.IsDense || (operand == 0 && x.HasPixels);

    /// <inheritdoc/>
    public override TailPart Part(Op op) =>
        new NormPart((elements, inputs) => Constants((BatchNorm2d)op, elements, inputs));

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    // The per-channel constants, from the elements of parameter values.
    static ChannelNorm Constants(BatchNorm2d op, Func<int, double[]> elements, ImmutableArray<int> inputs)
    {
        double[] mean = elements(inputs[op.MeanOperand]), variance = elements(inputs[op.MeanOperand + 1]);
        double[]? scale = op.Scale ? elements(inputs[1]) : null;
        return new ChannelNorm(
            mean,
            [.. variance.Select((v, c) => (scale is null ? 1 : scale[c]) / Math.Sqrt(v + op.Eps))],
            op.Bias ? elements(inputs[op.MeanOperand - 1]) : new double[mean.Length]);
    }

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        Enumerable.Range(1, site.Operands - 1).All(site.IsStored)
            ? new NormStep<E>(site, Constants((BatchNorm2d)site.Op, site.ExactWeightOf, site.Inputs))
            : new NormStep<E>(site, NormOperands<E>.Of((BatchNorm2d)site.Op, site));
}

/// <summary>Norms by the mean and variance of what they normalize, channel by channel or group by group.</summary>
sealed class NormalizingLowering<TOp> : Lowering<TOp> where TOp : Normalizing
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.IsDense || (operand == 0 && x.HasPixels);

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new GroupNormStep<E>(site);
}

/// <summary>Layer norm.</summary>
sealed class LayerNormLowering : Lowering<LayerNorm>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand == 0
        ? x.IsDenseFrom(RunFrom(x.Physical.Rank, ((LayerNorm)op).NormalizedShape.Count))
        : x.IsDense;

    /// <inheritdoc/>
    public override bool WantsRun(Op op, int operand) => operand > 0;

    /// <summary>The first physical axis of a run of elements that join one after another. Between rows of an image
    /// there may be a halo. A run ends with its row whether there is one or not: the order of the additions must not
    /// depend on what the neighbours want.</summary>
    /// <param name="rank">The value's rank.</param>
    /// <param name="axes">How many of its axes, the innermost, are brought to mean 0.</param>
    public static int RunFrom(int rank, int axes) =>
        Math.Max(rank - axes, BufferLayout.Holds(rank) ? rank - 2 : 0);

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (LayerNorm)site.Op;
        return new LayerNormStep<E>(
            site, op.NormalizedShape.Count, op.Eps, op.Scale ? 1 : null, op.Bias ? (op.Scale ? 2 : 1) : null);
    }
}

/// <summary>Softmax and its logarithm.</summary>
sealed class SoftmaxLowering<TOp>(bool logarithm) : Lowering<TOp> where TOp : AlongAxis
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) =>
        SoftmaxOrder.IsThatOfDense(x, Axis.Of(((TOp)op).Dim, x.Shape.Rank));

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new SoftmaxStep<E>(
        site.Lanes, site.Output(), site.Input(0), Axis.Of(((TOp)site.Op).Dim, site.ShapeOf(0).Rank), logarithm);
}
