using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A convolution of each channel by itself: registers hold neighbouring channels.</summary>
/// <remarks>The same order of additions as <see cref="Convolution{E}"/>: (kd, kh, kw), chains of 256.</remarks>
sealed unsafe class DepthwiseConvolution<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Rows that share their input while it is in the first cache, and what it holds of it.
    const int BandRows = 8;
    const int CacheBytes = 24 * 1024;

    // Blocks of channels for each thread, where threads share these.
    const int PiecesPerThread = 8;

    readonly ConvGeometry _g;
    readonly PackedWeights<E> _weights;
    readonly nint[] _taps;
    readonly int _columns, _channelBlock;
    readonly bool _twoVectors, _byChannels;

    /// <summary>Compiles a depthwise convolution whose geometry has been checked.</summary>
    public DepthwiseConvolution(LaneWidth lanes, in ConvGeometry geometry, PackedWeights<E> weights, int threads = 1)
    {
        _g = geometry;
        _twoVectors = LaneWidths.TileRows(lanes) >= 14;
        _weights = weights;
        (_columns, _channelBlock) = Blocks(geometry, weights.Width);
        // Rows that do not divide among the threads are few: then these share channels, whole planes a piece.
        int rows = geometry.Output.Rows;
        int slowest = (rows + threads - 1) / threads * threads;
        _byChannels = slowest - rows > rows / 10 && geometry.Output.C >= 4 * weights.Width;
        if (_byChannels)
        {
            int pair = 2 * weights.Width;
            int pieces = PiecesPerThread * threads / Math.Max(1, geometry.Output.N);
            _channelBlock = Math.Clamp(geometry.Output.C / Math.Max(1, pieces) / pair * pair, pair, _channelBlock);
        }
        var phase = ConvPhase.All(geometry)[0];
        _taps = GC.AllocateUninitializedArray<nint>(phase.Taps.Length, pinned: true);
        for (int t = 0; t < _taps.Length; t++)
        {
            var tap = phase.Taps[t];
            _taps[t] = sizeof(E)
                * ((tap.D * _g.Input.PlaneStride) + (tap.H * _g.Input.RowStride) + (tap.W * _g.Input.PixelStride));
        }
    }

    // Pixels and channels of a band whose input stays in the first cache while the rows go by. Whole pixels come first:
    // parts of pixels that lie a power of two apart share a part of the cache's sets.
    static (int Columns, int Channels) Blocks(ConvGeometry g, int width)
    {
        int Span(int columns) => ((columns - 1) * g.StrideW) + ((g.KernelW - 1) * g.DilationW) + 1;
        int size = sizeof(E), channels = g.Output.C, least = 2 * DepthwiseBand<E>.Run7;
        int columns = g.Output.W;
        long rows = (long)g.KernelD * g.KernelH;
        while (columns > least && rows * Span(columns) * channels * size > CacheBytes)
            columns = Math.Max(least, (columns - 1) / DepthwiseBand<E>.Run7 * DepthwiseBand<E>.Run7);
        int most = (int)Math.Clamp(CacheBytes / (rows * Span(columns) * size) / width, 2, 64) * width;
        int blocks = (channels + most - 1) / most;
        int pair = 2 * width;
        return (columns, (((channels + blocks - 1) / blocks) + pair - 1) / pair * pair);
    }

    int ChannelBlocks => (_g.Output.C + _channelBlock - 1) / _channelBlock;

    /// <summary>Independent pieces of work: output rows of all images, or blocks of channels of all images.</summary>
    public int Tiles => _byChannels ? _g.Output.N * ChannelBlocks : _g.Output.Rows;

    /// <summary>Computes the pieces [first, last) with the packed weights at <paramref name="weights"/>.</summary>
    public void Run(E* input, E* output, int first, int last, E* weights, in Epilogue<E> epilogue)
    {
        DepthwiseBand<E> band = default;
        band.Taps = (nint*)Unsafe.AsPointer(ref _taps[0]);
        band.TapCount = _taps.Length;
        // Tiles that share what they load pass over the rows of one plane.
        bool shared = _g.KernelD == 1 && _g.StrideW == 1 && _g.DilationW == 1 && DepthwiseTiles<E>.Exists(_g.KernelW);
        band.WindowRows = shared ? _g.KernelH : 0;
        band.WindowColumns = _g.KernelW;
        band.WindowRowStride = _g.DilationH * _g.Input.RowStride * sizeof(E);
        band.Step = _g.StrideW * _g.Input.PixelStride * sizeof(E);
        band.Weights = weights;
        band.WeightStride = _weights.PaddedColumns;
        band.Pixels = _g.Output.W;
        band.Channels = _g.Output.C;
        band.OutputStride = _g.Output.PixelStride;
        band.ResidualStride = epilogue.ResidualLayout.PixelStride;
        band.Bias = epilogue.Bias;
        band.Scale = epilogue.Scale;
        band.Shift = epilogue.Shift;
        band.Scalars = epilogue.Scalars;
        band.Stages = epilogue.Stages;
        band.StageCount = epilogue.StageCount;
        band.InputRowStride = _g.StrideH * _g.Input.RowStride * sizeof(E);
        band.OutputRowStride = _g.Output.RowStride;
        band.ResidualRowStride = epilogue.ResidualLayout.RowStride;
        band.MeansStride = epilogue.RowMeansLayout.RowStride;
        band.ChannelBlock = _channelBlock;
        band.ColumnBlock = _columns;
        band.TwoVectors = _twoVectors;
        band.FirstChannel = 0;
        band.LastChannel = _g.Output.C;
        if (_byChannels)
        {
            for (int at = first; at < last; at++)
            {
                int n = Math.DivRem(at, ChannelBlocks, out int block);
                band.FirstChannel = block * _channelBlock;
                band.LastChannel = Math.Min(_g.Output.C, band.FirstChannel + _channelBlock);
                for (int d = 0; d < _g.Output.D; d++)
                    Rows(ref band, input, output, (n, d), 0, _g.Output.H, epilogue);
            }
            return;
        }
        while (first < last)
        {
            int plane = Math.DivRem(first, _g.Output.H, out int oh);
            int rows = Math.Min(last - first, _g.Output.H - oh);
            Rows(ref band, input, output, Math.DivRem(plane, _g.Output.D), oh, rows, epilogue);
            first += rows;
        }
    }

    void Rows(
        ref DepthwiseBand<E> band, E* input, E* output, (int N, int D) plane, int first, int rows,
        in Epilogue<E> epilogue)
    {
        var (n, d) = plane;
        for (int oh = first; oh < first + rows; oh += band.Rows)
        {
            band.Rows = Math.Min(first + rows - oh, BandRows);
            (band.Image, band.Plane, band.FirstRow) = (n, d, oh);
            band.Input = (byte*)(input + _g.Input.Index(n, d * _g.StrideD, oh * _g.StrideH, 0));
            band.Output = output + _g.Output.Index(n, d, oh, 0);
            band.Residual = epilogue.Residual == null ? null
                : epilogue.Residual + epilogue.ResidualLayout.Index(n, d, oh, 0);
            band.Means = epilogue.RowMeans == null ? null
                : epilogue.RowMeans + epilogue.RowMeansLayout.Index(n, d, oh, 0);
            fixed (DepthwiseBand<E>* b = &band) epilogue.Depthwise(b);
        }
    }
}

/// <summary>A band of output rows of a depthwise convolution.</summary>
unsafe struct DepthwiseBand<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int Block = 256;

    /// <summary>Pixels of one turn of the innermost loop.</summary>
    public const int Run7 = 7;

    /// <summary>Output rows.</summary>
    public int Rows;
    /// <summary>Bytes from one output row's base to the next.</summary>
    public nint InputRowStride;
    /// <summary>Elements from one output row to the next.</summary>
    public nint OutputRowStride;
    /// <summary>Elements from one residual row to the next.</summary>
    public nint ResidualRowStride;
    /// <summary>Channels to finish in all rows before the next.</summary>
    public int ChannelBlock;
    /// <summary>Pixels to finish in all rows before the next: a multiple of seven, or all.</summary>
    public int ColumnBlock;
    /// <summary>Base of output pixel 0, channel 0.</summary>
    public byte* Input;
    /// <summary>Byte offset of each tap from a pixel's base.</summary>
    public nint* Taps;
    /// <summary>Taps.</summary>
    public int TapCount;
    /// <summary>Window rows, where pixels are loaded once for all outputs of a run; else 0.</summary>
    public int WindowRows;
    /// <summary>Window columns, neighbouring pixels.</summary>
    public int WindowColumns;
    /// <summary>Bytes from one window row to the next.</summary>
    public nint WindowRowStride;
    /// <summary>Bytes from one output pixel's base to the next.</summary>
    public nint Step;
    /// <summary>Weights [tap][channel].</summary>
    public E* Weights;
    /// <summary>Elements from one tap's weights to the next.</summary>
    public nint WeightStride;
    /// <summary>True where registers suffice for two at a time.</summary>
    public bool TwoVectors;
    /// <summary>Output pixels.</summary>
    public int Pixels;
    /// <summary>Channels.</summary>
    public int Channels;
    /// <summary>First channel to compute: a multiple of <see cref="ChannelBlock"/>.</summary>
    public int FirstChannel;
    /// <summary>Channel after the last to compute: all, or a multiple of the block.</summary>
    public int LastChannel;
    /// <summary>Output pixel 0, channel 0.</summary>
    public E* Output;
    /// <summary>Elements from one output pixel to the next.</summary>
    public nint OutputStride;
    /// <summary>Residual pixel 0, channel 0, or null.</summary>
    public E* Residual;
    /// <summary>Elements from one residual pixel to the next.</summary>
    public nint ResidualStride;
    /// <summary>Means of the row's pixels, channel 0, to be filled; or null.</summary>
    public E* Means;
    /// <summary>Elements from one row's means to the next.</summary>
    public nint MeansStride;
    /// <summary>Bias or null.</summary>
    public E* Bias;
    /// <summary>Scale or null.</summary>
    public E* Scale;
    /// <summary>Shift beside the scale.</summary>
    public E* Shift;
    /// <summary>What the activation is told.</summary>
    public Scalars<E> Scalars;
    /// <summary>Passes over what is stored.</summary>
    public EpilogueStage<E>* Stages;
    /// <summary>How many there are.</summary>
    public int StageCount;
    /// <summary>The image, for stages.</summary>
    public int Image;
    /// <summary>The plane in it, for stages.</summary>
    public int Plane;
    /// <summary>The first output row in that, for stages.</summary>
    public int FirstRow;

    /// <summary>Computes the band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TOp, L>(DepthwiseBand<E>* band)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        for (int from = band->FirstChannel; from < band->LastChannel; from += band->ChannelBlock)
        {
            int to = Math.Min(band->LastChannel, from + band->ChannelBlock);
            for (int pixel = 0; pixel < band->Pixels; pixel += band->ColumnBlock)
            {
                var row = *band;
                int end = Math.Min(band->Pixels, pixel + band->ColumnBlock);
                for (int r = 0; r < band->Rows; r++)
                {
                    Row<TOp, L>(&row, pixel, end, from, to);
                    row.Input += row.InputRowStride;
                    row.Output += row.OutputRowStride;
                    row.FirstRow++;
                    if (row.Residual != null) row.Residual += row.ResidualRowStride;
                    if (row.Means != null) row.Means += row.MeansStride;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Row<TOp, L>(DepthwiseBand<E>* row, int first, int end, int from, int to)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        // Windows of more than one block, which nobody has, go the slow way.
        bool staged = row->StageCount > 0;
        bool slow = (staged ? end - first : row->Pixels) < Run7 || row->TapCount > Block;
        // The last run of pixels and the last register of channels overlap what comes before and compute it again; not
        // where the sums' place may hold what is to be added to them, nor beyond what stages have not seen yet.
        bool overlaps = row->Residual == null;
        bool together = !slow && overlaps && (staged ? to - from : row->Channels) >= L.Width;
        int full = slow ? from : from + ((to - from) / L.Width * L.Width);
        int last = slow ? first : overlaps ? end : first + ((end - first) / Run7 * Run7);
        for (int pixel = first; pixel < last; pixel += Run7)
        {
            int start = Math.Min(pixel, row->Pixels - Run7);
            Seven<TOp, L>(row, start, from, full);
            if (full < to && together) Seven<TOp, L>(row, start, to - L.Width, to);
            if (together && !staged && row->Means != null) Mean<L>(row, pixel, Math.Min(Run7, end - pixel), from, to);
        }
        if (last < end)
        {
            for (int c = from; c < full; c += L.Width) Single<TOp, L>(row, last, end - last, c, L.Width);
        }
        if (!together)
        {
            for (int c = full; c < to; c += L.Width)
                Single<TOp, L>(row, first, end - first, c, Math.Min(L.Width, to - c));
        }
        if (staged) Continue(row, first, end, from, to);
        if (row->Means == null || (together && !staged)) return;
        for (int pixel = first; pixel < end; pixel += Run7) Mean<L>(row, pixel, Math.Min(Run7, end - pixel), from, to);
    }

    static void Continue(DepthwiseBand<E>* row, int first, int end, int from, int to)
    {
        EpilogueTile<E> tile = default;
        tile.Output = row->Output + (first * row->OutputStride) + from;
        tile.OutputStride = row->OutputStride;
        tile.Rows = end - first;
        tile.Columns = to - from;
        EpilogueStage<E>.Run(row->Stages, row->StageCount, &tile, row->Image, row->Plane, row->FirstRow, first, 1,
            from);
    }

    // Adds a run of pixels to the means of the row, which the last of them completes: while the run is in the first
    // cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Mean<L>(DepthwiseBand<E>* row, int pixel, int count, int from, int to)
        where L : struct, ILanes<L, E>
    {
        nint stride = row->OutputStride;
        bool opens = pixel == 0, closes = pixel + count == row->Pixels;
        var pixels = L.Splat(E.CreateTruncating(row->Pixels));
        E* y = row->Output + (pixel * stride), means = row->Means;
        for (int c = from; c < to; c += L.Width)
        {
            int lanes = Math.Min(L.Width, to - c);
            var run = L.Zero;
            E* p = y + c;
            if (lanes == L.Width)
            {
                for (int i = 0; i < count; i++, p += stride) run += L.Load(p);
            }
            else
            {
                for (int i = 0; i < count; i++, p += stride) run += L.LoadPartial(p, lanes);
            }
            run = (opens ? L.Zero : L.LoadPartial(means + c, lanes)) + run;
            L.StorePartial(closes ? run / pixels : run, means + c, lanes);
        }
    }

    // A long activation follows when seven pixels are done: inlined seven times, between the sums, it would exceed the
    // inliner's budget.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Seven<TOp, L>(DepthwiseBand<E>* row, int pixel, int from, int to)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        int pairs = row->TwoVectors ? from + ((to - from) / (2 * L.Width) * 2 * L.Width) : from;
        if (TOp.Short)
        {
            if (from < pairs && row->WindowRows > 0) DepthwiseTiles<E>.Run<TOp, L>(row, pixel, from, pairs);
            else if (from < pairs) Seven2<TOp, L>(row, pixel, from, pairs);
            if (pairs < to) Seven1<TOp, L>(row, pixel, pairs, to);
        }
        else
        {
            if (from < pairs && row->WindowRows > 0) DepthwiseTiles<E>.Run<Map.Identity, L>(row, pixel, from, pairs);
            else if (from < pairs) Seven2<Map.Identity, L>(row, pixel, from, pairs);
            if (pairs < to) Seven1<Map.Identity, L>(row, pixel, pairs, to);
            Activate<TOp, L>(row, pixel, from, to);
        }
    }

    // Seven pixels by two registers: fourteen chains of additions, enough to hide the latency of each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Seven2<TOp, L>(DepthwiseBand<E>* row, int pixel, int from, int to)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        // Locals, because stores through pointers would make every field a load.
        nint* firstTap = row->Taps;
        nint* lastTap = firstTap + row->TapCount;
        nint weightStep = row->WeightStride * sizeof(E);
        nint s = row->Step, s3 = s * 3, s5 = s * 5;
        nint ys = row->OutputStride, zs = row->ResidualStride;
        byte* input = row->Input + (pixel * s);
        E* output = row->Output + (pixel * ys);
        E* residual = row->Residual + (pixel * zs);
        var scalars = row->Scalars;
        for (int c = from; c < to; c += 2 * L.Width)
        {
            byte* start = input + ((nint)c * sizeof(E));
            byte* w = (byte*)(row->Weights + c);
            L c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero, c4 = L.Zero, c5 = L.Zero, c6 = L.Zero;
            L d0 = L.Zero, d1 = L.Zero, d2 = L.Zero, d3 = L.Zero, d4 = L.Zero, d5 = L.Zero, d6 = L.Zero;
            for (nint* tap = firstTap; tap < lastTap; tap++)
            {
                L weight = L.Load((E*)w), second = L.Load((E*)w + L.Width);
                byte* p = start + *tap;
                byte* q = p + (L.Width * sizeof(E));
                c0 = L.FmaAt(weight, (E*)p, c0);
                d0 = L.FmaAt(second, (E*)q, d0);
                c1 = L.FmaAt(weight, (E*)(p + s), c1);
                d1 = L.FmaAt(second, (E*)(q + s), d1);
                c2 = L.FmaAt(weight, (E*)(p + (s * 2)), c2);
                d2 = L.FmaAt(second, (E*)(q + (s * 2)), d2);
                c3 = L.FmaAt(weight, (E*)(p + s3), c3);
                d3 = L.FmaAt(second, (E*)(q + s3), d3);
                c4 = L.FmaAt(weight, (E*)(p + (s * 4)), c4);
                d4 = L.FmaAt(second, (E*)(q + (s * 4)), d4);
                c5 = L.FmaAt(weight, (E*)(p + s5), c5);
                d5 = L.FmaAt(second, (E*)(q + s5), d5);
                c6 = L.FmaAt(weight, (E*)(p + (s3 * 2)), c6);
                d6 = L.FmaAt(second, (E*)(q + (s3 * 2)), d6);
                w += weightStep;
            }
            if (row->Bias != null)
            {
                var bias = L.Load(row->Bias + c);
                var biasSecond = L.Load(row->Bias + c + L.Width);
                c0 += bias;
                c1 += bias;
                c2 += bias;
                c3 += bias;
                c4 += bias;
                c5 += bias;
                c6 += bias;
                d0 += biasSecond;
                d1 += biasSecond;
                d2 += biasSecond;
                d3 += biasSecond;
                d4 += biasSecond;
                d5 += biasSecond;
                d6 += biasSecond;
            }
            if (row->Scale != null)
            {
                L scale = L.Load(row->Scale + c), shift = L.Load(row->Shift + c);
                L scaleSecond = L.Load(row->Scale + c + L.Width), shiftSecond = L.Load(row->Shift + c + L.Width);
                c0 = L.Fma(c0, scale, shift);
                c1 = L.Fma(c1, scale, shift);
                c2 = L.Fma(c2, scale, shift);
                c3 = L.Fma(c3, scale, shift);
                c4 = L.Fma(c4, scale, shift);
                c5 = L.Fma(c5, scale, shift);
                c6 = L.Fma(c6, scale, shift);
                d0 = L.Fma(d0, scaleSecond, shiftSecond);
                d1 = L.Fma(d1, scaleSecond, shiftSecond);
                d2 = L.Fma(d2, scaleSecond, shiftSecond);
                d3 = L.Fma(d3, scaleSecond, shiftSecond);
                d4 = L.Fma(d4, scaleSecond, shiftSecond);
                d5 = L.Fma(d5, scaleSecond, shiftSecond);
                d6 = L.Fma(d6, scaleSecond, shiftSecond);
            }
            if (row->Residual != null)
            {
                E* z = residual + c;
                c0 += L.Load(z);
                c1 += L.Load(z + zs);
                c2 += L.Load(z + (2 * zs));
                c3 += L.Load(z + (3 * zs));
                c4 += L.Load(z + (4 * zs));
                c5 += L.Load(z + (5 * zs));
                c6 += L.Load(z + (6 * zs));
                d0 += L.Load(z + L.Width);
                d1 += L.Load(z + zs + L.Width);
                d2 += L.Load(z + (2 * zs) + L.Width);
                d3 += L.Load(z + (3 * zs) + L.Width);
                d4 += L.Load(z + (4 * zs) + L.Width);
                d5 += L.Load(z + (5 * zs) + L.Width);
                d6 += L.Load(z + (6 * zs) + L.Width);
            }
            E* y = output + c;
            L.Store(TOp.Apply<L, E>(c0, scalars), y);
            L.Store(TOp.Apply<L, E>(d0, scalars), y + L.Width);
            L.Store(TOp.Apply<L, E>(c1, scalars), y + ys);
            L.Store(TOp.Apply<L, E>(d1, scalars), y + ys + L.Width);
            L.Store(TOp.Apply<L, E>(c2, scalars), y + (2 * ys));
            L.Store(TOp.Apply<L, E>(d2, scalars), y + (2 * ys) + L.Width);
            L.Store(TOp.Apply<L, E>(c3, scalars), y + (3 * ys));
            L.Store(TOp.Apply<L, E>(d3, scalars), y + (3 * ys) + L.Width);
            L.Store(TOp.Apply<L, E>(c4, scalars), y + (4 * ys));
            L.Store(TOp.Apply<L, E>(d4, scalars), y + (4 * ys) + L.Width);
            L.Store(TOp.Apply<L, E>(c5, scalars), y + (5 * ys));
            L.Store(TOp.Apply<L, E>(d5, scalars), y + (5 * ys) + L.Width);
            L.Store(TOp.Apply<L, E>(c6, scalars), y + (6 * ys));
            L.Store(TOp.Apply<L, E>(d6, scalars), y + (6 * ys) + L.Width);
        }
    }

    // Seven pixels by one register: what remains, and all that sixteen registers hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Seven1<TOp, L>(DepthwiseBand<E>* row, int pixel, int from, int to)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        nint* firstTap = row->Taps;
        nint* lastTap = firstTap + row->TapCount;
        nint weightStep = row->WeightStride * sizeof(E);
        nint s = row->Step, s3 = s * 3, s5 = s * 5;
        nint ys = row->OutputStride, zs = row->ResidualStride;
        byte* input = row->Input + (pixel * s);
        E* output = row->Output + (pixel * ys);
        E* residual = row->Residual + (pixel * zs);
        var scalars = row->Scalars;
        for (int c = from; c < to; c += L.Width)
        {
            byte* start = input + ((nint)c * sizeof(E));
            byte* w = (byte*)(row->Weights + c);
            L c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero, c4 = L.Zero, c5 = L.Zero, c6 = L.Zero;
            for (nint* tap = firstTap; tap < lastTap; tap++)
            {
                var weight = L.Load((E*)w);
                byte* p = start + *tap;
                c0 = L.FmaAt(weight, (E*)p, c0);
                c1 = L.FmaAt(weight, (E*)(p + s), c1);
                c2 = L.FmaAt(weight, (E*)(p + (s * 2)), c2);
                c3 = L.FmaAt(weight, (E*)(p + s3), c3);
                c4 = L.FmaAt(weight, (E*)(p + (s * 4)), c4);
                c5 = L.FmaAt(weight, (E*)(p + s5), c5);
                c6 = L.FmaAt(weight, (E*)(p + (s3 * 2)), c6);
                w += weightStep;
            }
            if (row->Bias != null)
            {
                var bias = L.Load(row->Bias + c);
                c0 += bias;
                c1 += bias;
                c2 += bias;
                c3 += bias;
                c4 += bias;
                c5 += bias;
                c6 += bias;
            }
            if (row->Scale != null)
            {
                L scale = L.Load(row->Scale + c), shift = L.Load(row->Shift + c);
                c0 = L.Fma(c0, scale, shift);
                c1 = L.Fma(c1, scale, shift);
                c2 = L.Fma(c2, scale, shift);
                c3 = L.Fma(c3, scale, shift);
                c4 = L.Fma(c4, scale, shift);
                c5 = L.Fma(c5, scale, shift);
                c6 = L.Fma(c6, scale, shift);
            }
            if (row->Residual != null)
            {
                E* z = residual + c;
                c0 += L.Load(z);
                c1 += L.Load(z + zs);
                c2 += L.Load(z + (2 * zs));
                c3 += L.Load(z + (3 * zs));
                c4 += L.Load(z + (4 * zs));
                c5 += L.Load(z + (5 * zs));
                c6 += L.Load(z + (6 * zs));
            }
            E* y = output + c;
            L.Store(TOp.Apply<L, E>(c0, scalars), y);
            L.Store(TOp.Apply<L, E>(c1, scalars), y + ys);
            L.Store(TOp.Apply<L, E>(c2, scalars), y + (2 * ys));
            L.Store(TOp.Apply<L, E>(c3, scalars), y + (3 * ys));
            L.Store(TOp.Apply<L, E>(c4, scalars), y + (4 * ys));
            L.Store(TOp.Apply<L, E>(c5, scalars), y + (5 * ys));
            L.Store(TOp.Apply<L, E>(c6, scalars), y + (6 * ys));
        }
    }

    // The activation of seven pixels, in place, while they are in the first cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Activate<TOp, L>(DepthwiseBand<E>* row, int pixel, int from, int to)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        nint stride = row->OutputStride;
        var scalars = row->Scalars;
        E* y = row->Output + (pixel * stride);
        for (int i = 0; i < Run7; i++, y += stride)
            for (nint c = from; c < to; c += L.Width) L.Store(TOp.Apply<L, E>(L.Load(y + c), scalars), y + c);
    }

    // Pixels one by one, and registers that are not full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Single<TOp, L>(DepthwiseBand<E>* row, int pixel, int pixels, int c, int count)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        var r = *row;
        var bias = r.Bias == null ? L.Zero : L.LoadPartial(r.Bias + c, count);
        var scale = r.Scale == null ? L.Zero : L.LoadPartial(r.Scale + c, count);
        var shift = r.Scale == null ? L.Zero : L.LoadPartial(r.Shift + c, count);
        for (int i = pixel; i < pixel + pixels; i++)
        {
            byte* start = r.Input + (i * r.Step) + ((nint)c * sizeof(E));
            E* w = r.Weights + c;
            var total = L.Zero;
            for (int block = 0; block < r.TapCount; block += Block)
            {
                var sum = L.Zero;
                int end = Math.Min(r.TapCount, block + Block);
                for (int tap = block; tap < end; tap++)
                {
                    E* p = (E*)(start + r.Taps[tap]);
                    sum = L.Fma(count == L.Width ? L.Load(p) : L.LoadPartial(p, count), L.Load(w), sum);
                    w += r.WeightStride;
                }
                total = block == 0 ? sum : total + sum;
            }
            if (r.Bias != null) total += bias;
            if (r.Scale != null) total = L.Fma(total, scale, shift);
            if (r.Residual != null) total += L.LoadPartial(r.Residual + (i * r.ResidualStride) + c, count);
            L.StorePartial(Map.Apart<TOp, L, E>(total, r.Scalars), r.Output + (i * r.OutputStride) + c, count);
        }
    }
}
