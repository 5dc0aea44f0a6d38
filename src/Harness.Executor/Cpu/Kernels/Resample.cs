using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Interpolation: each output pixel is a weighted sum of input pixels, axis by axis; registers hold
/// neighbouring channels.</summary>
/// <remarks><c>Σ_d w_d · (Σ_h w_h · (Σ_w w_w · x))</c>, each sum from its first product on by fused
/// multiply-adds.</remarks>
sealed unsafe class Resample<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    readonly LaneWidth _lanes;
    readonly BufferLayout _input;
    readonly BufferLayout _output;
    readonly Taps _planes;
    readonly Taps _rows;
    readonly Taps _columns;

    /// <summary>An interpolation between two buffers, (n, id, ih, iw, c) to (n, od, oh, ow, c).</summary>
    /// <exception cref="ArgumentException">The axes are not the output's.</exception>
    public Resample(
        LaneWidth lanes, BufferLayout input, BufferLayout output,
        ResampleAxis planes, ResampleAxis rows, ResampleAxis columns)
    {
        if (planes.Length != output.D || rows.Length != output.H || columns.Length != output.W || input.C != output.C
            || input.N != output.N)
        {
            throw new ArgumentException(
                $"{planes.Length} × {rows.Length} × {columns.Length} places in {input} do not give {output}");
        }
        (_lanes, _input, _output) = (lanes, input, output);
        _planes = Taps.Of(planes, input.PlaneStride);
        _rows = Taps.Of(rows, input.RowStride);
        _columns = Taps.Of(columns, input.PixelStride);
    }

    /// <summary>Output rows of all planes of all images.</summary>
    public int Tiles => _output.Rows;

    /// <summary>Computes the output rows [first, last) of two whole buffers.</summary>
    [MethodImpl(Hot)]
    public void Run(E* input, E* output, int first, int last)
    {
        for (int at = first; at < last; at++)
        {
            var (n, od, oh) = _output.PlaceOf(at);
            E* x = input + _input.Index(n, 0, 0, 0);
            E* y = output + _output.Index(n, od, oh, 0);
            switch (_lanes)
            {
                case LaneWidth.Sixteen: Row<Lanes512<E>>(x, y, od, oh); break;
                case LaneWidth.Eight: Row<Lanes256<E>>(x, y, od, oh); break;
                case LaneWidth.Four: Row<Lanes128<E>>(x, y, od, oh); break;
                default: Row<Lanes1<E>>(x, y, od, oh); break;
            }
        }
    }

    [MethodImpl(Hot)]
    void Row<L>(E* x, E* y, int od, int oh) where L : struct, ILanes<L, E>
    {
        Tap planes = _planes.At(od), rows = _rows.At(oh);
        int channels = _input.C;
        nint pixel = _output.PixelStride;
        for (int ow = 0; ow < _output.W; ow++, y += pixel)
        {
            var columns = _columns.At(ow);
            bool four = planes.Count == 1 && planes.Weights[0] == E.One && rows.Count == 2 && columns.Count == 2;
            int c = 0;
            if (four) c = Four<L>(x + planes.Offsets[0], y, rows, columns, channels);
            for (; c < channels; c += L.Width)
            {
                int count = Math.Min(L.Width, channels - c);
                var sum = Planes<L>(x + c, planes, rows, columns, count);
                if (count == L.Width) L.Store(sum, y + c);
                else L.StorePartial(sum, y + c, count);
            }
        }
    }

    // Two rows of two pixels, whole registers of channels; returns the first channel that is left.
    [MethodImpl(Hot)]
    static int Four<L>(E* x, E* y, in Tap rows, in Tap columns, int channels) where L : struct, ILanes<L, E>
    {
        E* a = x + rows.Offsets[0] + columns.Offsets[0], b = x + rows.Offsets[0] + columns.Offsets[1];
        E* c = x + rows.Offsets[1] + columns.Offsets[0], d = x + rows.Offsets[1] + columns.Offsets[1];
        L above = L.Splat(rows.Weights[0]), below = L.Splat(rows.Weights[1]);
        L left = L.Splat(columns.Weights[0]), right = L.Splat(columns.Weights[1]);
        int at = 0;
        for (; at <= channels - L.Width; at += L.Width)
        {
            var upper = L.FmaAt(right, b + at, left * L.Load(a + at));
            var lower = L.FmaAt(right, d + at, left * L.Load(c + at));
            L.Store(L.Fma(below, lower, above * upper), y + at);
        }
        return at;
    }

    [MethodImpl(Hot)]
    static L Planes<L>(E* x, in Tap planes, in Tap rows, in Tap columns, int count) where L : struct, ILanes<L, E>
    {
        var sum = L.Zero;
        for (int d = 0; d < planes.Count; d++)
        {
            E* plane = x + planes.Offsets[d];
            var inner = L.Zero;
            for (int h = 0; h < rows.Count; h++)
            {
                var row = Columns<L>(plane + rows.Offsets[h], columns, count);
                inner = h == 0 ? L.Splat(rows.Weights[h]) * row : L.Fma(L.Splat(rows.Weights[h]), row, inner);
            }
            // An axis that is not resized has a weight of one.
            sum = d == 0 ? L.Splat(planes.Weights[d]) * inner : L.Fma(L.Splat(planes.Weights[d]), inner, sum);
        }
        return sum;
    }

    [MethodImpl(Inline)]
    static L Columns<L>(E* x, in Tap columns, int count) where L : struct, ILanes<L, E>
    {
        var sum = L.Zero;
        for (int w = 0; w < columns.Count; w++)
        {
            E* at = x + columns.Offsets[w];
            var pixel = count == L.Width ? L.Load(at) : L.LoadPartial(at, count);
            sum = w == 0 ? L.Splat(columns.Weights[w]) * pixel : L.Fma(L.Splat(columns.Weights[w]), pixel, sum);
        }
        return sum;
    }

    /// <summary>An axis in elements of the input's buffer, and in the precision of the run.</summary>
    sealed record Taps(int[] First, nint[] Offsets, E[] Weights)
    {
        public static Taps Of(ResampleAxis axis, nint stride) => new(
            axis.First, [.. axis.Index.Select(index => index * stride)],
            [.. axis.Weight.Select(E.CreateTruncating)]);

        [MethodImpl(Inline)]
        public Tap At(int output)
        {
            int first = First[output], count = First[output + 1] - first;
            return new Tap(Offsets.AsSpan(first, count), Weights.AsSpan(first, count));
        }
    }

    /// <summary>What one output sees along an axis.</summary>
    readonly ref struct Tap(ReadOnlySpan<nint> offsets, ReadOnlySpan<E> weights)
    {
        public readonly ReadOnlySpan<nint> Offsets = offsets;
        public readonly ReadOnlySpan<E> Weights = weights;

        public int Count => Offsets.Length;
    }
}
