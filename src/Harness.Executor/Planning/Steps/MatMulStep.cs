using System.Numerics;
using Harness.Executor.Kernels;

namespace Harness.Executor.Planning;

/// <summary>Products of matrices that are both computed while running: one row of one product is a piece.</summary>
sealed unsafe class MatMulStep<E> : Step<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _a, _b;
    readonly int _m, _k, _n;
    readonly nint[] _aStrides, _bStrides;

    /// <summary>A step; all three values lie in PyTorch's order.</summary>
    public MatMulStep(LaneWidth lanes, ValueBuffer output, ValueBuffer a, ValueBuffer b)
    {
        (_lanes, _output, _a, _b) = (lanes, output, a, b);
        (_m, _k, _n) = (a.Shape[-2], a.Shape[-1], b.Shape[-1]);
        var batch = output.Shape.AsSpan()[..^2];
        _aStrides = Traversal.Broadcast(a.Shape.AsSpan()[..^2], a.Strides.AsSpan()[..^2], batch);
        _bStrides = Traversal.Broadcast(b.Shape.AsSpan()[..^2], b.Strides.AsSpan()[..^2], batch);
        Pieces = _m;
        foreach (int extent in batch) Pieces *= extent;
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("row product", CostModel.RowProduct);

    /// <inheritdoc/>
    public override void Run(in Frame<E> frame, long first, long last)
    {
        for (long piece = first; piece < last; piece++)
        {
            long index = Math.DivRem(piece, _m, out long row);
            E* a = frame.At(_a) + ((nint)row * _a.Strides[^2]);
            E* b = frame.At(_b);
            E* y = frame.At(_output) + ((nint)row * _output.Strides[^2]);
            for (int axis = _aStrides.Length - 1; axis >= 0; axis--)
            {
                index = Math.DivRem(index, _output.Shape[axis], out long at);
                a += (nint)at * _aStrides[axis];
                b += (nint)at * _bStrides[axis];
                y += (nint)at * _output.Strides[axis];
            }
            RowProduct.Run(_lanes, y, a, _a.Strides[^1], b, _b.Strides[^2], _k, _n);
        }
    }
}
