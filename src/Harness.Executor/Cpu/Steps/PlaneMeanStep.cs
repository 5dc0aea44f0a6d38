using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>The mean of each plane or volume: the mean of its rows' means. A row adds its pixels in runs of seven, as a
/// depthwise convolution that takes the means while it stores them.</summary>
sealed unsafe class PlaneMeanStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Channels of one piece: whole registers at every width, and few enough that a plane alone keeps several threads
    // busy.
    const int Part = 64;

    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly int _parts;

    /// <summary>A step from (n, d, h, w, c) to (n, 1, 1, 1, c).</summary>
    public PlaneMeanStep(LaneWidth lanes, ValueBuffer output, ValueBuffer x)
    {
        (_lanes, _output, _x) = (lanes, output, x);
        _parts = (x.Pixels.C + Part - 1) / Part;
    }

    /// <inheritdoc/>
    public override long Pieces => (long)_x.Pixels.N * _parts;

    /// <inheritdoc/>
    public override nint ScratchBytes => (nint)_x.Pixels.D * _x.Pixels.H * Part * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("reduce", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        var x = _x.Pixels;
        for (long piece = first; piece < last; piece++)
        {
            int n = (int)Math.DivRem(piece, _parts, out long part);
            int channel = (int)part * Part, channels = Math.Min(Part, x.C - channel);
            var rows = new ReduceShape(x.H, 1, x.W, channels, x.RowStride, 0, x.PixelStride, Part)
                { Block = DepthwiseBand<E>.Run7 };
            for (int d = 0; d < x.D; d++)
            {
                Reduce.Run<SumReduction, E>(
                    _lanes, rows, 0, x.H, frame.Start<E>(_x) + x.Index(n, d, 0, 0) + channel,
                    frame.Scratch<E>() + ((nint)d * x.H * Part), E.CreateTruncating(x.W));
            }
            E* y = frame.Start<E>(_output) + _output.Pixels.Index(n, 0, 0) + channel;
            var column = new ReduceShape(1, 1, x.D * x.H, channels, 0, 0, Part, 0);
            Reduce.Run<SumReduction, E>(_lanes, column, 0, 1, frame.Scratch<E>(), y, E.CreateTruncating(x.D * x.H));
        }
    }
}
