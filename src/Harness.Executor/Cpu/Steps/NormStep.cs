using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Batch norm by running statistics, channels innermost, with all that its tail adds: an epilogue whose sums
/// are there already.</summary>
/// <remarks>Subtracting the mean first keeps the result's error relative to the result:
/// <c>x·scale + (bias - mean·scale)</c> loses the digits that x and mean share.</remarks>
sealed unsafe class NormStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Pixels that share the constants while these are in registers, few enough to stay in the first cache.
    const int PixelRun = 8;

    readonly ValueBuffer _output, _x;
    readonly BufferLayout _to, _from;
    readonly int _splits;
    readonly TailEpilogue<E> _tail;
    // Of which at least one is computed; null where all are stored.
    readonly NormOperands<E>? _operands;

    /// <summary>A step of a node that normalizes its operand 0 by what is computed too.</summary>
    public NormStep(StepSite<E> node, NormOperands<E> operands) : this(node, norm: null) => _operands = operands;

    /// <summary>A step of a node that normalizes its operand 0 by what is stored.</summary>
    public NormStep(StepSite<E> node, ChannelNorm? norm)
    {
        (_output, _x) = (node.Output(), node.Input(0));
        (_to, _from) = (_output.Rows, _x.Rows);
        // Images and volumes have rows to deal out; a sequence, or rows of features, are one row: in runs of pixels.
        _splits = _output.Physical.Rank is 4 or 5 ? 1 : Math.Max(1, (_to.W + PixelRun - 1) / PixelRun);
        _tail = new TailEpilogue<E>(node, norm);
    }

    /// <inheritdoc/>
    public override long Pieces => (long)_to.Rows * _splits;

    /// <inheritdoc/>
    public override nint ScratchBytes => _operands is null ? 0 : 3 * (nint)_to.C * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("norm", CostModel.Plain) { WeightBytes = _tail.Bytes };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        var epilogue = _tail.On(frame, stages);
        var residual = epilogue.ResidualLayout;
        EpilogueTile<E> tile = default;
        tile.SumStride = _from.PixelStride;
        tile.OutputStride = _to.PixelStride;
        tile.Columns = _to.C;
        tile.Bias = epilogue.Bias;
        tile.Scale = epilogue.Scale;
        tile.Shift = epilogue.Shift;
        if (_operands is not null)
        {
            tile.Bias = frame.Scratch<E>();
            tile.Scale = tile.Bias + _to.C;
            tile.Shift = tile.Scale + _to.C;
            _operands.Derive(frame, _to.C, tile.Bias, tile.Scale, tile.Shift);
        }
        tile.Scalars = epilogue.Scalars;
        tile.ResidualStride = residual.PixelStride;
        for (long at = first; at < last; at++)
        {
            int row = (int)Math.DivRem(at, _splits, out long split);
            nint sums = _from.RowIndex(row), output = _to.RowIndex(row);
            nint added = epilogue.Residual == null ? 0 : residual.RowIndex(row);
            int start = (int)split * PixelRun, end = _splits == 1 ? _to.W : Math.Min(_to.W, start + PixelRun);
            for (int w = start; w < end; w += PixelRun)
            {
                tile.Rows = Math.Min(PixelRun, end - w);
                tile.Sums = frame.Start<E>(_x) + sums + (w * _from.PixelStride);
                tile.Output = frame.Start<E>(_output) + output + (w * _to.PixelStride);
                if (epilogue.Residual != null)
                    tile.Residual = epilogue.Residual + added + (w * residual.PixelStride);
                epilogue.Finish(&tile);
                if (epilogue.StageCount == 0) continue;
                var (n, d, h) = _to.PlaceOf(row);
                epilogue.Continue(&tile, n, d, h, w, 1, 0);
            }
        }
    }
}

/// <summary>Batch norm's per-channel constants, derived in double from the stored parameters.</summary>
/// <param name="Mean">Running means.</param>
/// <param name="Factor">scale / √(variance + eps).</param>
/// <param name="Bias">Biases.</param>
sealed record ChannelNorm(double[] Mean, double[] Factor, double[] Bias)
{
    /// <summary>-mean.</summary>
    public E[] Center<E>() where E : unmanaged, INumberBase<E> => [.. Mean.Select(m => E.CreateTruncating(-m))];

    /// <summary>bias of the convolution before - mean, rounded once.</summary>
    public E[] Center<E>(double[] convolutionBias) where E : unmanaged, INumberBase<E> =>
        [.. Mean.Select((m, c) => E.CreateTruncating(convolutionBias[c] - m))];

    /// <summary>scale / √(variance + eps).</summary>
    public E[] Scale<E>() where E : unmanaged, INumberBase<E> => [.. Factor.Select(E.CreateTruncating)];

    /// <summary>bias.</summary>
    public E[] Shift<E>() where E : unmanaged, INumberBase<E> => [.. Bias.Select(E.CreateTruncating)];
}

/// <summary>The operands of a batch norm some of which are computed: its constants are derived in every run, in double
/// from what the plan's precision holds.</summary>
sealed unsafe class NormOperands<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly double _eps;
    readonly ChannelOperand<E> _mean, _variance, _scale, _bias;

    NormOperands(
        double eps, ChannelOperand<E> mean, ChannelOperand<E> variance, ChannelOperand<E> scale,
        ChannelOperand<E> bias) =>
        (_eps, _mean, _variance, _scale, _bias) = (eps, mean, variance, scale, bias);

    /// <summary>Those of a node.</summary>
    public static NormOperands<E> Of(BatchNorm2d op, StepSite<E> site)
    {
        return new NormOperands<E>(
            op.Eps, At(op.MeanOperand), At(op.MeanOperand + 1), op.Scale ? At(1) : ChannelOperand<E>.Absent(1),
            op.Bias ? At(op.MeanOperand - 1) : ChannelOperand<E>.Absent(0));

        ChannelOperand<E> At(int operand) => ChannelOperand<E>.Of(site, operand);
    }

    /// <summary>-mean, scale / √(variance + eps) and bias by channel: see <see cref="ChannelNorm"/>.</summary>
    public void Derive(in Frame frame, int channels, E* center, E* factor, E* shift)
    {
        for (int c = 0; c < channels; c++)
        {
            center[c] = E.CreateTruncating(-_mean.At(frame, c));
            factor[c] = E.CreateTruncating(_scale.At(frame, c) / Math.Sqrt(_variance.At(frame, c) + _eps));
            shift[c] = E.CreateTruncating(_bias.At(frame, c));
        }
    }
}

/// <summary>An operand of one element a channel, in double: stored, computed, or one number for all where it is
/// absent.</summary>
sealed unsafe class ChannelOperand<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly double[]? _stored;
    readonly ValueBuffer? _computed;
    readonly double _absent;

    ChannelOperand(double[]? stored, ValueBuffer? computed, double absent) =>
        (_stored, _computed, _absent) = (stored, computed, absent);

    /// <summary>What stands for an operand that a node lacks.</summary>
    public static ChannelOperand<E> Absent(double value) => new(null, null, value);

    /// <summary>An operand of a node.</summary>
    public static ChannelOperand<E> Of(StepSite<E> site, int operand) => site.IsStored(operand)
        ? new(site.ExactWeightOf(site.Inputs[operand]), null, 0)
        : new(null, site.Input(operand), 0);

    /// <summary>Its element of a channel.</summary>
    public double At(in Frame frame, int channel) =>
        _computed is not null ? double.CreateTruncating(frame.At<E>(_computed)[channel])
        : _stored is not null ? _stored[channel]
        : _absent;
}
