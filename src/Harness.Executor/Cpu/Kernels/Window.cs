using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Pooling: a reduction over a window of each channel; registers hold neighbouring channels.</summary>
/// <remarks>Elements join in the order (d, h, w), padding left out; every 256 a block ends and joins the total. An
/// empty window of a maximum is −∞, of an average 0 / 0.</remarks>
sealed class Window<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const int Block = 256;

    readonly BufferLayout _input;
    readonly BufferLayout _output;
    readonly WindowAxis _planes;
    readonly WindowAxis _rows;
    readonly WindowAxis _columns;
    readonly LaneWidth _lanes;

    /// <summary>Windows between two buffers; (n, id, ih, iw, c) to (n, od, oh, ow, c).</summary>
    /// <exception cref="ArgumentException">The axes are not the output's.</exception>
    public Window(
        LaneWidth lanes, BufferLayout input, BufferLayout output, WindowAxis rows, WindowAxis columns,
        WindowAxis? planes = null)
    {
        planes ??= WindowAxis.Single;
        if (planes.Length != output.D || rows.Length != output.H || columns.Length != output.W || input.C != output.C
            || input.N != output.N)
        {
            throw new ArgumentException(
                $"{planes.Length} × {rows.Length} × {columns.Length} windows of {input} do not give {output}");
        }
        (_lanes, _input, _output, _planes, _rows, _columns) = (lanes, input, output, planes, rows, columns);
    }

    /// <summary>Output rows of all planes of all images.</summary>
    public int Tiles => _output.Rows;

    /// <summary>Maxima of the output rows [first, last). The halo is not read, so it need not be −∞.</summary>
    public unsafe void Max(E* input, E* output, int first, int last) =>
        Run<MaxReduction>(input, output, first, last, false, E.Zero);

    /// <summary>Averages of the output rows [first, last): sum / divisor.</summary>
    /// <param name="input">The whole input buffer.</param>
    /// <param name="output">The whole output buffer.</param>
    /// <param name="first">First output row.</param>
    /// <param name="last">Output row after the last.</param>
    /// <param name="divisor">divisor_override; 0 divides by the axes' extents.</param>
    public unsafe void Average(E* input, E* output, int first, int last, int divisor = 0) =>
        Run<SumReduction>(input, output, first, last, true, E.CreateTruncating(divisor));

    [MethodImpl(Hot)]
    unsafe void Run<TOp>(E* input, E* output, int first, int last, bool divide, E divisor)
        where TOp : struct, IReduction
    {
        for (int at = first; at < last; at++)
        {
            int plane = Math.DivRem(at, _output.H, out int oh);
            int n = Math.DivRem(plane, _output.D, out int od);
            E* x = input + _input.Index(n, _planes.First[od], _rows.First[oh], 0);
            E* y = output + _output.Index(n, od, oh, 0);
            switch (_lanes)
            {
                case LaneWidth.Sixteen: Row<TOp, Lanes512<E>>(x, y, od, oh, divide, divisor); break;
                case LaneWidth.Eight: Row<TOp, Lanes256<E>>(x, y, od, oh, divide, divisor); break;
                case LaneWidth.Four: Row<TOp, Lanes128<E>>(x, y, od, oh, divide, divisor); break;
                default: Row<TOp, Lanes1<E>>(x, y, od, oh, divide, divisor); break;
            }
        }
    }

    [MethodImpl(Hot)]
    unsafe void Row<TOp, L>(E* x, E* y, int od, int oh, bool divide, E divisor)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
    {
        nint step = _columns.Step * _input.PixelStride;
        var steps = new Steps(
            _planes.Step * _input.PlaneStride, _rows.Step * _input.RowStride, step, _planes.Count[od], _rows.Count[oh]);
        int channels = _input.C;
        long extent = (long)_planes.Extent[od] * _rows.Extent[oh];
        for (int ow = 0; ow < _output.W; ow++)
        {
            int width = _columns.Count[ow];
            E* corner = x + (_columns.First[ow] * _input.PixelStride);
            E* to = y + (ow * _output.PixelStride);
            var scale = L.Splat(divisor != E.Zero ? divisor : E.CreateTruncating(extent * _columns.Extent[ow]));
            bool small = (long)steps.Planes * steps.Rows * width <= Block;
            for (int c = 0; c < channels; c += L.Width)
            {
                int count = Math.Min(L.Width, channels - c);
                var total = small && count == L.Width
                    ? Small<TOp, L>(corner + c, steps, width)
                    : Large<TOp, L>(corner + c, steps, width, count);
                if (divide) total /= scale;
                if (count == L.Width) L.Store(total, to + c);
                else L.StorePartial(total, to + c, count);
            }
        }
    }

    /// <summary>From one element of a window to the next, and how many planes and rows it has.</summary>
    readonly record struct Steps(nint Plane, nint Row, nint Column, int Planes, int Rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe L Small<TOp, L>(E* x, in Steps steps, int width)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
    {
        var total = TOp.Identity<L, E>();
        for (int d = 0; d < steps.Planes; d++, x += steps.Plane)
        {
            for (int h = 0; h < steps.Rows; h++)
            {
                E* p = x + (h * steps.Row);
                for (int w = 0; w < width; w++, p += steps.Column) total = TOp.Step<L, E>(total, L.Load(p), L.Zero);
            }
        }
        return total;
    }

    [MethodImpl(Hot)]
    static unsafe L Large<TOp, L>(E* x, in Steps steps, int width, int count)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
    {
        L total = TOp.Identity<L, E>(), block = TOp.Identity<L, E>();
        int inBlock = 0;
        for (int d = 0; d < steps.Planes; d++, x += steps.Plane)
        {
            for (int h = 0; h < steps.Rows; h++)
            {
                E* p = x + (h * steps.Row);
                for (int w = 0; w < width; w++, p += steps.Column)
                {
                    if (inBlock++ == Block)
                    {
                        total = TOp.Combine<L, E>(total, block);
                        block = TOp.Identity<L, E>();
                        inBlock = 1;
                    }
                    block = TOp.Step<L, E>(block, L.LoadPartial(p, count), L.Zero);
                }
            }
        }
        return TOp.Combine<L, E>(total, block);
    }
}
