using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>An image or volume read at computed places; a piece is one row of the result.</summary>
sealed unsafe class GridSampleStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x, _grid;
    readonly GridPlaces _planes, _rows, _columns;
    readonly nint[] _places;
    readonly bool _volume;

    /// <summary>A step; input and result lie channels last, the grid anyhow.</summary>
    public GridSampleStep(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ValueBuffer grid, GridSample op)
    {
        (_lanes, _output, _x, _grid, _places) = (lanes, output, x, grid, grid.LogicalStrides());
        _volume = x.Shape.Rank == 5;
        (_planes, _rows, _columns) = (Axis(-3), Axis(-2), Axis(-1));

        GridPlaces Axis(int axis) => new(op, x.Shape[axis]);
    }

    /// <inheritdoc/>
    public override long Pieces => _output.Pixels.Rows;

    /// <inheritdoc/>
    public override StepCost Cost => new("grid sample", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        const int Most = GridPlaces.Most;
        Span<int> planes = stackalloc int[Most], rows = stackalloc int[Most], columns = stackalloc int[Most];
        Span<double> depth = stackalloc double[Most], height = stackalloc double[Most], width = stackalloc double[Most];
        Span<nint> offsets = stackalloc nint[Most * Most];
        Span<E> weights = stackalloc E[Most * Most];
        var (from, to) = (_x.Pixels, _output.Pixels);
        (planes[0], depth[0]) = (0, 1);
        int d = 1;
        nint axis = _places[^1], step = _places[^2];
        for (long piece = first; piece < last; piece++)
        {
            var (n, od, oh) = to.PlaceOf((int)piece);
            E* grid = frame.At<E>(_grid) + (n * _places[0]) + (oh * _places[^3]) + (_volume ? od * _places[1] : 0);
            E* x = frame.Start<E>(_x) + from.Index(n, 0, 0, 0);
            E* y = frame.Start<E>(_output) + to.Index(n, od, oh, 0);
            for (int ow = 0; ow < to.W; ow++, grid += step, y += to.PixelStride)
            {
                int w = _columns.Of(double.CreateTruncating(grid[0]), columns, width);
                int h = _rows.Of(double.CreateTruncating(grid[axis]), rows, height);
                if (_volume) d = _planes.Of(double.CreateTruncating(grid[2 * axis]), planes, depth);
                int count = 0;
                for (int i = 0; i < d * h * w; i++)
                {
                    int plane = i / (h * w), row = i / w % h, column = i % w;
                    if (planes[plane] < 0 || rows[row] < 0 || columns[column] < 0) continue;
                    offsets[count] = (planes[plane] * from.PlaneStride) + (rows[row] * from.RowStride)
                        + (columns[column] * from.PixelStride);
                    weights[count++] = E.CreateTruncating(depth[plane] * height[row] * width[column]);
                }
                Blend.Run(_lanes, x, offsets[..count], weights[..count], from.C, y, add: false);
            }
        }
    }
}
