using System.Numerics;
using Harness.Executor.Cpu.Kernels;

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

    /// <summary>A step of a node that normalizes its operand 0.</summary>
    public NormStep(StepSite<E> node, ChannelNorm norm)
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
