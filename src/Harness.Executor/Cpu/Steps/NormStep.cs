using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Batch norm by running statistics, channels innermost, with all that its tail adds: an epilogue whose sums are
/// there already.</summary>
/// <remarks>Subtracting the mean first keeps the result's error relative to the result: <c>x·scale + (bias - mean·scale)</c>
/// loses the digits that x and mean share.</remarks>
sealed unsafe class NormStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Pixels that share the constants while these are in registers, few enough to stay in the first cache.
    const int PixelRun = 8;

    readonly ValueBuffer _output, _x;
    readonly BufferLayout _to, _from;
    readonly TailEpilogue<E> _tail;

    /// <summary>A step of a node that normalizes its operand 0.</summary>
    public NormStep(StepSite<E> node, ChannelNorm norm)
    {
        (_output, _x) = (node.Output(), node.Input(0));
        _to = Lines(_output);
        _from = Lines(_x);
        _tail = new TailEpilogue<E>(node, norm, bias: null);
    }

    /// <inheritdoc/>
    public override long Pieces => (long)_to.N * _to.H;

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
        // A value without pixels lies in one image row; ours has one row a pixel.
        bool flat = _output.Physical.Rank != 4;
        tile.ResidualStride = residual.PixelStride;
        for (long at = first; at < last; at++)
        {
            int n = (int)Math.DivRem(at, _to.H, out long h);
            for (int w = 0; w < _to.W; w += PixelRun)
            {
                tile.Rows = Math.Min(PixelRun, _to.W - w);
                tile.Sums = frame.Start<E>(_x) + _from.Index(n, (int)h, w);
                tile.Output = frame.Start<E>(_output) + _to.Index(n, (int)h, w);
                if (epilogue.Residual != null)
                    tile.Residual = epilogue.Residual + (flat ? residual.Index(0, 0, (int)h) : residual.Index(n, (int)h, w));
                epilogue.Finish(&tile);
                if (epilogue.StageCount == 0) continue;
                if (flat) epilogue.Continue(&tile, 0, 0, (int)h, 1, 0);
                else epilogue.Continue(&tile, n, (int)h, w, 1, 0);
            }
        }
    }

    // Where there are no pixels, each row of channels is an image row of one pixel: pieces to deal out.
    static BufferLayout Lines(ValueBuffer value) => value.Physical.Rank == 4
        ? value.Pixels
        : new BufferLayout(1, value.Rows.W, 1, value.Rows.C);
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
