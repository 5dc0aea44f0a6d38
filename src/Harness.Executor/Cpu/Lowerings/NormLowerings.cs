using System.Collections.Immutable;
using Harness.Executor.Model;
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

/// <summary>Norms over the last axes.</summary>
abstract class LastAxesNormLowering<TOp> : Lowering<TOp> where TOp : LastAxesNorm
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand == 0
        ? x.IsDenseFrom(LayerNormStep.RunFrom(x.Physical.Rank, ((LastAxesNorm)op).NormalizedShape.Count))
        : x.IsDense;

    /// <inheritdoc/>
    public override bool WantsRun(Op op, int operand) => operand > 0;
}

/// <summary>Layer norm.</summary>
sealed class LayerNormLowering : LastAxesNormLowering<LayerNorm>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new LayerNormStep<E>(site, ((LayerNorm)site.Op).Eps, isCentered: true);
}

/// <summary>The same without a mean.</summary>
sealed class RMSNormLowering : LastAxesNormLowering<RMSNorm>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var type = typeof(E) == typeof(double) ? ElementType.Float64 : ElementType.Float32;
        return new LayerNormStep<E>(site, ((RMSNorm)site.Op).EpsIn(type), isCentered: false);
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
