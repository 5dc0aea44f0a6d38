using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Two matrices that are both known only while running.</summary>
/// <typeparam name="E">The element.</typeparam>
/// <param name="A">(m, k), k contiguous.</param>
/// <param name="AStride">Elements from one row of a to the next.</param>
/// <param name="B">(k, n).</param>
/// <param name="BRow">Elements from one row of b to the next.</param>
/// <param name="BColumn">Elements from one column of b to the next.</param>
/// <param name="Y">(m, n), n contiguous.</param>
/// <param name="YStride">Elements from one row of y to the next.</param>
readonly record struct MatrixOperands<E>(
    nint A, nint AStride, nint B, nint BRow, nint BColumn, nint Y, nint YStride)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>;

/// <summary>The pixel that the first row of a product is, where rows are pixels and columns channels.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Plane">Its plane there.</param>
/// <param name="Row">Its row there.</param>
/// <param name="Column">Its column.</param>
readonly record struct ProductPlace(int Image, int Plane, int Row, int Column);

/// <summary><c>y = a · b</c> by panels of b's columns, which are packed as they come.</summary>
/// <remarks>Each result is a chain of fused multiply-adds over k from 0 in blocks of 256, blocks added in order: the
/// order of <see cref="Convolution{E}"/>. No bit depends on lanes, tiles or panels.</remarks>
sealed unsafe class MatrixProduct<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int MaxRows = 14;
    const int Block = ConvTiles<E>.Block;

    readonly LaneWidth _lanes;
    readonly int _m, _k, _n, _width, _maxRows;
    readonly Segment[] _segments;

    /// <summary>A product (m, k) · (k, n).</summary>
    public MatrixProduct(LaneWidth lanes, int m, int k, int n)
    {
        (_lanes, _m, _k, _n) = (lanes, m, k, n);
        _width = PackedWeights<E>.LaneCount(lanes);
        _maxRows = LaneWidths.TileRows(lanes);
        int blocks = (k + Block - 1) / Block;
        _segments = GC.AllocateUninitializedArray<Segment>(Math.Max(1, blocks), pinned: true);
        for (int b = 0; b < blocks; b++)
            _segments[b] = new Segment((nint)b * Block * sizeof(E), Math.Min(Block, k - (b * Block)));
    }

    /// <summary>Pixels by channels of one tile.</summary>
    public (int Rows, int Columns) Tile => (_maxRows, 2 * _width);

    /// <summary>Panels of columns: independent pieces of work.</summary>
    public int Panels => (_n + (2 * _width) - 1) / (2 * _width);

    /// <summary>Elements of scratch: one packed panel and one tile of sums.</summary>
    public nint ScratchElements => ((nint)_k + MaxRows) * 2 * _width;

    /// <summary>Computes the columns of one panel.</summary>
    /// <param name="operands">The matrices.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="scratch">This thread's <see cref="ScratchElements"/>.</param>
    /// <param name="epilogue">What follows; made for the same lanes.</param>
    /// <param name="place">Where the product lies among the pixels that the epilogue reads beside it.</param>
    public void Run(
        in MatrixOperands<E> operands, int panel, E* scratch, in Epilogue<E> epilogue, in ProductPlace place)
    {
        switch (_lanes)
        {
            case LaneWidth.Sixteen: Run<Lanes512<E>>(operands, panel, scratch, epilogue, place); break;
            case LaneWidth.Eight: Run<Lanes256<E>>(operands, panel, scratch, epilogue, place); break;
            case LaneWidth.Four: Run<Lanes128<E>>(operands, panel, scratch, epilogue, place); break;
            default: Run<Lanes1<E>>(operands, panel, scratch, epilogue, place); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Run<L>(
        in MatrixOperands<E> operands, int panel, E* scratch, in Epilogue<E> epilogue, in ProductPlace place)
        where L : struct, ILanes<L, E>
    {
        int column = panel * 2 * L.Width;
        int vectors = _n - column > L.Width ? 2 : 1;
        E* sums = scratch, packed = scratch + (MaxRows * 2 * L.Width);
        EpilogueTile<E> tile = default;
        tile.Columns = Math.Min(_n - column, vectors * L.Width);
        tile.SumStride = vectors * L.Width;
        tile.OutputStride = operands.YStride;
        tile.Scalars = epilogue.Scalars;
        tile.Bias = epilogue.Bias == null ? null : epilogue.Bias + column;
        tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + column;
        tile.Shift = epilogue.Scale == null ? null : epilogue.Shift + column;
        tile.ResidualStride = epilogue.ResidualLayout.PixelStride;
        Pack<L>((E*)operands.B + (column * operands.BColumn), operands, tile.Columns, vectors, packed);
        var segments = (Segment*)Unsafe.AsPointer(ref _segments[0]);
        nint step = operands.AStride * sizeof(E);
        int blocks = (_k + Block - 1) / Block, groups = (_m + _maxRows - 1) / _maxRows;
        for (int group = 0; group < groups; group++)
        {
            int from = (int)((long)_m * group / groups), rows = (int)((long)_m * (group + 1) / groups) - from;
            var code = GemmTiles.Pick<L, E>(rows, vectors);
            byte* a = (byte*)((E*)operands.A + (from * operands.AStride));
            E* b = packed;
            if (blocks == 0) new Span<E>(sums, rows * vectors * L.Width).Clear();
            for (int block = 0; block < blocks; block++)
            {
                code(
                    a, a + (7 * step), step, segments + block, 1, b, sums, block > 0, a + (rows * step), (byte*)b,
                    null);
                b += Block * vectors * L.Width;
            }
            tile.Rows = rows;
            tile.Sums = sums;
            tile.Output = (E*)operands.Y + (from * operands.YStride) + column;
            int pixel = place.Column + from;
            tile.Residual = epilogue.Residual == null
                ? null
                : epilogue.Residual + epilogue.ResidualLayout.Index(place.Image, place.Plane, place.Row, pixel)
                    + column;
            epilogue.Finish(&tile);
            if (epilogue.StageCount > 0)
                epilogue.Continue(&tile, place.Image, place.Plane, place.Row, pixel, 1, column);
        }
    }

    // [k][columns], missing columns zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Pack<L>(E* b, in MatrixOperands<E> operands, int columns, int vectors, E* packed)
        where L : struct, ILanes<L, E>
    {
        int padded = vectors * L.Width;
        if (operands.BColumn == 1)
        {
            for (int k = 0; k < _k; k++, b += operands.BRow, packed += padded)
            {
                for (int c = 0; c < padded; c += L.Width)
                    L.Store(L.LoadPartial(b + c, Math.Clamp(columns - c, 0, L.Width)), packed + c);
            }
            return;
        }
        if (columns < padded) new Span<E>(packed, _k * padded).Clear();
        for (int c = 0; c < columns; c++)
        {
            E* from = b + (c * operands.BColumn);
            E* to = packed + c;
            for (int k = 0; k < _k; k++, from += operands.BRow, to += padded) *to = *from;
        }
    }
}
