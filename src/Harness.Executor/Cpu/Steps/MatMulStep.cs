using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Products of matrices that are both computed while running: a panel of columns of one product is a
/// piece.</summary>
sealed unsafe class MatMulStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _a, _b;
    readonly MatrixProduct<E> _product;
    readonly nint[] _aStrides, _bStrides;
    readonly nint _aRow, _bRow, _bColumn;
    readonly TailEpilogue<E> _tail;

    /// <summary>A step; k lies innermost in a, one of the last two axes in b, the result in PyTorch's order.</summary>
    public MatMulStep(StepSite<E> site, ValueBuffer output, ValueBuffer a, ValueBuffer b)
    {
        (_output, _a, _b) = (output, a, b);
        _product = new MatrixProduct<E>(site.Lanes, a.Shape[-2], a.Shape[-1], b.Shape[-1]);
        _tail = new TailEpilogue<E>(site);
        // Of what the tail makes, which a view may have given another shape, the memory's.
        var batch = output.Physical.AsSpan()[..^2];
        nint[] aStrides = a.LogicalStrides(), bStrides = b.LogicalStrides();
        _aStrides = Traversal.Broadcast(a.Shape.AsSpan()[..^2], aStrides.AsSpan()[..^2], batch);
        _bStrides = Traversal.Broadcast(b.Shape.AsSpan()[..^2], bStrides.AsSpan()[..^2], batch);
        (_aRow, _bRow, _bColumn) = (aStrides[^2], bStrides[^2], bStrides[^1]);
        Pieces = a.Shape[-2] == 0 ? 0 : _product.Panels;
        foreach (int extent in batch) Pieces *= extent;
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes => _product.ScratchElements * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("gemm packed while running", CostModel.RuntimeGemm)
    {
        Tile = $"{_product.Tile.Rows}x{_product.Tile.Columns}",
        WeightBytes = _tail.Bytes,
    };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        var epilogue = _tail.On(frame, stages);
        int rows = _a.Shape[-2];
        bool pixels = BufferLayout.Holds(_output.Physical.Rank);
        for (long piece = first; piece < last; piece++)
        {
            long index = Math.DivRem(piece, _product.Panels, out long panel);
            // Where there are pixels, each matrix is a row of them.
            var (n, d, h) = pixels ? _output.Pixels.PlaceOf((int)index) : default;
            var place = new ProductPlace(n, d, h, pixels ? 0 : (int)index * rows);
            E* a = frame.At<E>(_a), b = frame.At<E>(_b), y = frame.At<E>(_output);
            for (int axis = _aStrides.Length - 1; axis >= 0; axis--)
            {
                index = Math.DivRem(index, _output.Physical[axis], out long at);
                a += (nint)at * _aStrides[axis];
                b += (nint)at * _bStrides[axis];
                y += (nint)at * _output.Strides[axis];
            }
            _product.Run(
                new MatrixOperands<E>((nint)a, _aRow, (nint)b, _bRow, _bColumn, (nint)y, _output.Strides[^2]),
                (int)panel,
                frame.Scratch<E>(), epilogue, place);
        }
    }
}
