using System.Numerics;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Columns added up to an image; a piece is one channel of one image.</summary>
sealed unsafe class FoldStep<E>(ValueBuffer output, ValueBuffer x, Fold op) : Step
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly nint[] _from = x.LogicalStrides();
    readonly int _rows = (int)op.Windows(0), _columns = (int)op.Windows(1);

    /// <inheritdoc/>
    public override long Pieces => (long)output.Shape[0] * output.Shape[1];

    /// <inheritdoc/>
    public override StepCost Cost => new("fold", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        int height = output.Shape[2], width = output.Shape[3], taps = op.Kernel[0] * op.Kernel[1];
        for (long piece = first; piece < last; piece++)
        {
            long n = Math.DivRem(piece, output.Shape[1], out long c);
            E* y = frame.At<E>(output) + ((nint)n * output.Strides[0]) + ((nint)c * output.Strides[1]);
            for (int h = 0; h < height; h++)
                for (int w = 0; w < width; w++) y[(h * output.Strides[2]) + (w * output.Strides[3])] = E.Zero;
            for (int tap = 0; tap < taps; tap++)
            {
                E* column = frame.At<E>(x) + ((nint)n * _from[0]) + ((((nint)c * taps) + tap) * _from[1]);
                Add(y, column, tap / op.Kernel[1], tap % op.Kernel[1]);
            }
        }
    }

    // One place of the window, wherever that comes to lie.
    void Add(E* y, E* column, int kh, int kw)
    {
        int height = output.Shape[2], width = output.Shape[3];
        for (int oh = 0; oh < _rows; oh++)
        {
            int h = (oh * op.Stride[0]) - op.Padding[0] + (kh * op.Dilation[0]);
            int w = (kw * op.Dilation[1]) - op.Padding[1];
            for (int ow = 0; ow < _columns; ow++, w += op.Stride[1], column += _from[2])
            {
                if ((uint)h < (uint)height && (uint)w < (uint)width)
                    y[(h * output.Strides[2]) + (w * output.Strides[3])] += *column;
            }
        }
    }
}
