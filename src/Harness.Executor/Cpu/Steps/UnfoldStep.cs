using System.Numerics;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Windows as columns: a piece is what one place of the window in one channel meets, in all windows.</summary>
sealed unsafe class UnfoldStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _x;
    readonly Unfold _op;
    readonly int _rows, _columns;
    readonly nint[] _from;

    /// <summary>A step; the result lies in PyTorch's order.</summary>
    public UnfoldStep(ValueBuffer output, ValueBuffer x, Unfold op)
    {
        (_output, _x, _op, _from) = (output, x, op, x.LogicalStrides());
        _rows = (int)Unfold.WindowsOf(x.Shape[2], op.Kernel[0], op.Dilation[0], op.Padding[0], op.Stride[0]);
        _columns = (int)Unfold.WindowsOf(x.Shape[3], op.Kernel[1], op.Dilation[1], op.Padding[1], op.Stride[1]);
    }

    /// <inheritdoc/>
    public override long Pieces => (long)_output.Shape[0] * _output.Shape[1];

    /// <inheritdoc/>
    public override StepCost Cost => new("unfold", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        int height = _x.Shape[2], width = _x.Shape[3];
        for (long piece = first; piece < last; piece++)
        {
            long n = Math.DivRem(piece, _output.Shape[1], out long place);
            long channel = Math.DivRem(place, _op.Kernel[0] * _op.Kernel[1], out long tap);
            int kh = (int)tap / _op.Kernel[1], kw = (int)tap % _op.Kernel[1];
            E* x = frame.At<E>(_x) + ((nint)n * _from[0]) + ((nint)channel * _from[1]);
            E* y = frame.At<E>(_output) + ((nint)n * _output.Strides[0]) + ((nint)place * _output.Strides[1]);
            for (int oh = 0; oh < _rows; oh++)
            {
                int h = (oh * _op.Stride[0]) - _op.Padding[0] + (kh * _op.Dilation[0]);
                int w = (kw * _op.Dilation[1]) - _op.Padding[1];
                for (int ow = 0; ow < _columns; ow++, w += _op.Stride[1])
                {
                    bool inside = (uint)h < (uint)height && (uint)w < (uint)width;
                    *y = inside ? x[(h * _from[2]) + (w * _from[3])] : E.Zero;
                    y += _output.Strides[2];
                }
            }
        }
    }
}
