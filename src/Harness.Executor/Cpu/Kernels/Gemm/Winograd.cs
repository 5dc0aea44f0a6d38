using Harness.Executor.Model;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A 3 × 3 convolution of stride 1 by Winograd's F(2×2, 3×3): 16 products for every 2 × 2 outputs instead of
/// 36.</summary>
/// <remarks>
/// <para>y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A over 4 × 4 input patches; Lavin and Gray (2015),
/// https://arxiv.org/abs/1509.09308. G w Gᵀ is computed in double when the plan is compiled and rounded once.</para>
/// <para>Order of additions, for every output: Bᵀ x, then (Bᵀ x) B; for each of the 16 places a chain of fused
/// multiply-adds over ci from 0 in blocks of 256, blocks added in order; Aᵀ M, then (Aᵀ M) A, sums from left to right;
/// then the <see cref="Epilogue{E}"/>. Hence no bit depends on lanes, tiles or threads. The bits are not those of
/// <see cref="Convolution{E}"/>: the error is relative to the largest of a patch, not of a window, and an ∞ or NaN
/// spreads over its 2 × 2 outputs.</para>
/// <para>Immutable; any number of threads may run disjoint pieces, each with its own scratch.</para>
/// </remarks>
sealed unsafe class Winograd<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int Places = 16;
    const int MaxRows = 14;
    const int Block = ConvTiles<E>.Block;

    // What one chunk of transformed patches may take of the second cache: beside weights that fit it too, and
    // where they do not, so that they are fetched as rarely as can be.
    const int SmallChunk = 512 * 1024;
    const int LargeChunk = 1792 * 1024;

    // What patches and products may take beyond the second cache, where that spares passes over weights.
    const long MostWaiting = 32L * 1024 * 1024;

    // What waits is fetched to be written, written back and read again; measured, that costs a little more than three
    // passes over weights of that size.
    const int WaitingPasses = 4;

    readonly ConvGeometry _g;
    readonly LaneWidth _lanes;
    readonly PackedWeights<E> _weights;
    readonly Segment[] _segments;
    readonly int _tileRows, _tileColumns, _chunk, _chunks, _together, _maxRows, _row;

    /// <summary>Compiles the convolution over what <see cref="Pack"/> made, for this or another size of
    /// image.</summary>
    /// <exception cref="ArgumentException">The geometry is not of this kind.</exception>
    public Winograd(LaneWidth lanes, ConvGeometry geometry, PackedWeights<E> packed)
    {
        CheckKind(geometry);
        geometry.Check();
        (_g, _lanes, _weights) = (geometry, lanes, packed);
        int channels = geometry.Input.C;
        int blocks = (channels + Block - 1) / Block;
        _segments = GC.AllocateUninitializedArray<Segment>(blocks, pinned: true);
        for (int b = 0; b < blocks; b++)
            _segments[b] = new Segment((nint)b * Block * sizeof(E), Math.Min(Block, channels - (b * Block)));
        _maxRows = LaneWidths.TileRows(lanes);
        // An odd number of cache lines, so that rows spread over all sets.
        _row = (((channels * sizeof(E)) + 63) / 64 | 1) * 64 / sizeof(E);
        _tileRows = (geometry.Output.H + 1) / 2;
        _tileColumns = (geometry.Output.W + 1) / 2;
        int tiles = geometry.Output.N * _tileRows * _tileColumns;
        (_chunks, _together) = Cut(tiles);
        _chunk = (tiles + _chunks - 1) / _chunks;
        Pieces = _chunks * _weights.Panels;
        int pair = 2 * _weights.Width;
        ScratchElements =
            ((long)Places * _chunk * _row) + ((long)Places * _chunk * pair * _together) + (4L * _tileColumns * pair);
    }

    /// <summary>The transformed kernel, packed.</summary>
    /// <exception cref="ArgumentException">The geometry is not of this kind.</exception>
    public static PackedWeights<E> Pack(
        LaneWidth lanes, in ConvGeometry geometry, ReadOnlySpan<E> weights, WeightStrides strides,
        WeightMemory? memory = null, int threads = 1)
    {
        CheckKind(geometry);
        var places = new ConvGeometry(geometry.Input, geometry.Output, 4, 4);
        // Native, so that it is gone when this line is done: a collector would keep a dozen of them for later.
        int elements = checked(Places * geometry.Input.C * geometry.Output.C);
        var transformed = (E*)LargePages.Allocate((nuint)elements * (nuint)sizeof(E), 64);
        try
        {
            Transform(geometry, weights, strides, transformed);
            return PackedWeights<E>.Of(
                lanes, places, new ReadOnlySpan<E>(transformed, elements), WeightStrides.Hwio(places), memory,
                threads);
        }
        finally
        {
            LargePages.Free(transformed);
        }
    }

    static void CheckKind(in ConvGeometry geometry)
    {
        if (!Applies(geometry)) throw new ArgumentException($"no 3x3 convolution of stride 1: {geometry}");
    }

    // Chunks of patches, and the panels whose products wait for each other. A panel at a time takes all places of a
    // chunk that stays in the second cache, and each chunk passes over all weights. Where these are large it is cheaper
    // to go place by place through all panels: few chunks then, whose patches and products leave the cache and come
    // back.
    (int Chunks, int Together) Cut(int tiles)
    {
        long weights = (long)Places * _g.Input.C * _g.Output.C * sizeof(E), patch = (long)Places * _row * sizeof(E);
        int chunks = Convolution<E>.Count(tiles,
            Math.Max(MaxRows, (weights > 2 * SmallChunk ? LargeChunk : SmallChunk) / patch));
        long waiting = tiles * (patch + ((long)Places * _weights.PaddedColumns * sizeof(E)));
        int fewer = Convolution<E>.Count(waiting, MostWaiting);
        return (weights * fewer) + (WaitingPasses * waiting) < weights * chunks ? (fewer, _weights.Panels)
            : (chunks, 1);
    }

    /// <summary>Independent pieces of work: a chunk of patches for a panel of output channels, panels varying
    /// fastest.</summary>
    public int Pieces { get; }

    /// <summary>Elements of scratch that one <see cref="Run"/> needs; aligned to 64 bytes it is fastest.</summary>
    public long ScratchElements { get; }

    /// <summary>Pieces that should stay together when several threads share them: a chunk's, which share its transform,
    /// or where there are few chunks as many as one thread's part is.</summary>
    public int Grain(int threads) => _chunks >= 2 * threads ? _weights.Panels : (Pieces + threads - 1) / threads;

    /// <summary>True where the transform exists: 3 × 3, stride 1, no dilation, one group.</summary>
    public static bool Applies(in ConvGeometry g) => g is
        { KernelH: 3, KernelW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1, Transposed: false }
        && g.IsPlane && g.Output.H > 0 && g.Output.W > 0 && g.Output.N > 0;

    /// <summary>Patches and channels of one tile at most.</summary>
    public (int Rows, int Columns) Tile => (_maxRows, 2 * _weights.Width);

    /// <summary>Bytes of packed weights.</summary>
    public long WeightBytes => _weights.Bytes;

    /// <summary>Computes the pieces [first, last); arguments as those of <see cref="Convolution{E}.Run"/>.</summary>
    public void Run(E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Pieces);
        switch (_lanes)
        {
            case LaneWidth.Sixteen: Run<Lanes512<E>>(input, output, first, last, scratch, epilogue); break;
            case LaneWidth.Eight: Run<Lanes256<E>>(input, output, first, last, scratch, epilogue); break;
            case LaneWidth.Four: Run<Lanes128<E>>(input, output, first, last, scratch, epilogue); break;
            default: Run<Lanes1<E>>(input, output, first, last, scratch, epilogue); break;
        }
        // Native memory goes with whoever can no longer be reached: not before the last piece is done.
        GC.KeepAlive(this);
    }

    void Run<L>(E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue)
        where L : struct, ILanes<L, E>
    {
        E* patches = scratch;
        E* products = patches + ((nint)Places * _chunk * _row);
        nint panelProducts = (nint)Places * _chunk * 2 * L.Width;
        E* sums = products + (panelProducts * _together);
        int tiles = _g.Output.N * _tileRows * _tileColumns, transformed = -1;
        for (int piece = first, panels; piece < last; piece += panels)
        {
            int chunk = Math.DivRem(piece, _weights.Panels, out int panel);
            panels = Math.Min(Math.Min(_together, _weights.Panels - panel), last - piece);
            int start = chunk * _chunk, count = Math.Min(_chunk, tiles - start);
            if (count <= 0) continue;
            if (chunk != transformed)
            {
                for (int t = 0; t < count; t++) Scatter<L>(input, start + t, patches + ((nint)t * _row));
                transformed = chunk;
            }
            Multiply<L>(patches, products, panelProducts, count, panel, panels);
            for (int p = 0; p < panels; p++)
                Gather<L>(products + (p * panelProducts), sums, start, count, panel + p, output, epilogue);
        }
    }

    // One patch: 16 rows of channels, _chunk rows apart.
    void Scatter<L>(E* input, int tile, E* patch) where L : struct, ILanes<L, E>
    {
        int row = Math.DivRem(tile, _tileColumns, out int column);
        int image = Math.DivRem(row, _tileRows, out row);
        int ih = (2 * row) - _g.PadTop, iw = (2 * column) - _g.PadLeft;
        nint rowStride = _g.Input.RowStride, pixelStride = _g.Input.PixelStride;
        // Where an extent is odd, the last patch's fourth row or column belongs to outputs that do not exist: another
        // stands in.
        nint row3 = (2 * row) + 1 < _g.Output.H ? 3 * rowStride : 2 * rowStride;
        nint column3 = (2 * column) + 1 < _g.Output.W ? 3 * pixelStride : 2 * pixelStride;
        E* corner = input + _g.Input.Index(image, 0, 0) + (ih * rowStride) + (iw * pixelStride);
        WinogradTransforms.Input<L, E>(
            corner, rowStride, row3, pixelStride, column3, _g.Input.C, patch, (nint)_chunk * _row);
    }

    // Place by place, and within a place panel by panel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Multiply<L>(E* patches, E* products, nint panelProducts, int count, int first, int panels)
        where L : struct, ILanes<L, E>
    {
        for (int place = 0; place < Places; place++)
        {
            for (int panel = first; panel < first + panels; panel++)
            {
                nint columns = _weights.Columns(panel);
                E* weights = Weights(panel, place), end = weights + (_g.Input.C * columns);
                E* coming = panel + 1 < first + panels ? Weights(panel + 1, place)
                    : place + 1 < Places ? Weights(first, place + 1)
                    : end;
                Multiply<L>(
                    (byte*)(patches + ((nint)place * _chunk * _row)), weights,
                    products + ((panel - first) * panelProducts)
                        + (place * _chunk * columns), count, columns, (byte*)coming);
            }
        }
    }

    // One place of one panel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Multiply<L>(byte* a, E* weights, E* c, int count, nint columns, byte* coming) where L : struct, ILanes<L, E>
    {
        int channels = _g.Input.C, vectors = columns > L.Width ? 2 : 1;
        var segments = (Segment*)Unsafe.AsPointer(ref _segments[0]);
        nint step = (nint)_row * sizeof(E), share = channels / 2 * 64, bytes = channels * columns * sizeof(E);
        int groups = (count + _maxRows - 1) / _maxRows;
        int least = Math.DivRem(count, groups, out int higher);
        var high = GemmTiles.Pick<L, E>(higher > 0 ? least + 1 : least, vectors);
        var low = GemmTiles.Pick<L, E>(least, vectors);
        for (int group = 0; group < groups; group++)
        {
            int rows = group < higher ? least + 1 : least;
            var code = group < higher ? high : low;
            // Each tile fetches its share of the coming weights, and the coming tile's patches.
            byte* next = (group + 1) * share <= bytes ? coming + (group * share) : (byte*)weights;
            byte* near = a + (rows * step);
            E* b = weights;
            for (int block = 0; block < _segments.Length; block++)
            {
                code(a, a + (7 * step), step, segments + block, 1, b, c, block > 0, near, next, null);
                near += Block / 2 * 128;
                b += Block * columns;
                next += Block / 2 * 64;
            }
            a += rows * step;
            c += rows * columns;
        }
    }

    // The weights of one place of a panel.
    E* Weights(int panel, int place) =>
        _weights.Panel(0, 0, panel) + ((nint)place * _g.Input.C * _weights.Columns(panel));

    // Patches that lie side by side become two rows of outputs.
    void Gather<L>(E* products, E* sums, int start, int count, int panel, E* output, in Epilogue<E> epilogue)
        where L : struct, ILanes<L, E>
    {
        int channel = panel * 2 * L.Width;
        int columns = _weights.Columns(panel);
        EpilogueTile<E> tile = default;
        tile.Scalars = epilogue.Scalars;
        tile.Columns = Math.Min(columns, _g.Output.C - channel);
        tile.SumStride = columns;
        tile.OutputStride = _g.Output.PixelStride;
        tile.ResidualStride = epilogue.ResidualLayout.PixelStride;
        tile.Bias = epilogue.Bias == null ? null : epilogue.Bias + channel;
        tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + channel;
        tile.Shift = epilogue.Scale == null ? null : epilogue.Shift + channel;
        for (int done = 0; done < count;)
        {
            int row = Math.DivRem(start + done, _tileColumns, out int column);
            int image = Math.DivRem(row, _tileRows, out row);
            int side = Math.Min(count - done, _tileColumns - column);
            nint lower = 2 * side * columns;
            WinogradTransforms.Output<L, E>(
                products + ((nint)done * columns), (nint)_chunk * columns, side, columns, sums, lower);
            int ow = 2 * column;
            tile.Rows = Math.Min(2 * side, _g.Output.W - ow);
            for (int oh = 2 * row; oh < Math.Min((2 * row) + 2, _g.Output.H); oh++)
            {
                tile.Sums = oh == 2 * row ? sums : sums + lower;
                tile.Output = output + _g.Output.Index(image, oh, ow) + channel;
                tile.Residual = epilogue.Residual == null
                    ? null
                    : epilogue.Residual + epilogue.ResidualLayout.Index(image, oh, ow) + channel;
                epilogue.Finish(&tile);
                if (epilogue.StageCount > 0) epilogue.Continue(&tile, image, 0, oh, ow, 1, channel);
            }
            done += side;
        }
    }

    // G w Gᵀ in (place, ci, co): G = (1, 0, 0), (½, ½, ½), (½, −½, ½), (0, 0, 1). Few output channels at a time: whole
    // lines of the result, and as many streams of a kernel that PyTorch stored.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transform(in ConvGeometry g, ReadOnlySpan<E> weights, WeightStrides strides, E* result)
    {
        const int Side = 16;
        int channels = g.Input.C, outputs = g.Output.C;
        nint next = (nint)channels * outputs;
        double* half = stackalloc double[12];
        for (int start = 0; start < outputs; start += Side)
        {
            int end = Math.Min(outputs, start + Side);
            for (int ci = 0; ci < channels; ci++)
            {
                for (int co = start; co < end; co++)
                {
                    for (int kw = 0; kw < 3; kw++)
                    {
                        double w0 = double.CreateTruncating(weights[(int)strides.Index(0, kw, ci, co)]);
                        double w1 = double.CreateTruncating(weights[(int)strides.Index(1, kw, ci, co)]);
                        double w2 = double.CreateTruncating(weights[(int)strides.Index(2, kw, ci, co)]);
                        half[kw] = w0;
                        half[3 + kw] = (w0 + w1 + w2) / 2;
                        half[6 + kw] = (w0 - w1 + w2) / 2;
                        half[9 + kw] = w2;
                    }
                    E* to = result + ((nint)ci * outputs) + co;
                    for (int i = 0; i < 4; i++, to += 4 * next)
                    {
                        double w0 = half[3 * i], w1 = half[(3 * i) + 1], w2 = half[(3 * i) + 2];
                        to[0] = E.CreateTruncating(w0);
                        to[next] = E.CreateTruncating((w0 + w1 + w2) / 2);
                        to[2 * next] = E.CreateTruncating((w0 - w1 + w2) / 2);
                        to[3 * next] = E.CreateTruncating(w2);
                    }
                }
            }
        }
    }
}
