using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A convolution, transposed convolution or matrix product, ready to run.</summary>
/// <remarks>
/// <para>Order of additions, for every output: k runs over (kd, kh, kw, ci of the group), halo zeros included; a chain
/// of fused multiply-adds from 0 for each 256 k; these sums added in order; then the <see cref="Epilogue{E}"/>. For a
/// transposed convolution only the taps that exist for that output take part. Hence no bit depends on lanes, tiles or
/// threads.</para>
/// <para>Error: at most (256 + k/256) ulp of Σ|x||w|, typically below √256.</para>
/// <para>Immutable; any number of threads may run disjoint tile ranges, each with its own scratch.</para>
/// </remarks>
sealed unsafe class Convolution<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int MaxRows = 14;
    const int ChunkTiles = 16;

    // For the choice of units only: a core's speed, bytes a second from beyond the second cache and through packing,
    // what a unit costs by itself, and how many there may be for each thread.
    const double NominalFlops = 180e9, FarBytes = 12e9, PackBytes = 4e9, UnitSeconds = 0.2e-6;
    const int MostUnits = 64;

    // Sums that wait in the second cache while the blocks of k go by.
    const int SumBytes = 256 * 1024;

    // Weights that a tile may run through while its input stays in the first cache.
    const int TileMajorBytes = 128 * 1024;

    // Fewer tiles do not pay for sums that wait.
    const int BlockMajorTiles = 3;

    /// <summary>A rectangle of work: some tiles of pixels by some panels of output channels.</summary>
    readonly record struct Unit(int Phase, int Group, int FirstTile, int Tiles, int FirstPanel, int Panels,
        Order Order);

    enum Order
    {
        // For each panel its tiles, for each of these its blocks of k.
        Panels,
        // For each tile its panels: outputs are written pixel by pixel.
        Tiles,
        // For each block of k all panels and tiles: a panel's block stays in the first cache.
        Blocks,
    }

    readonly ConvGeometry _g;
    readonly LaneWidth _lanes;
    readonly PackedWeights<E> _weights;
    readonly DepthwiseConvolution<E>? _depthwise;
    readonly ConvTiles<E>[] _phases = [];
    readonly int _maxRows, _groupInput, _groupOutput;
    readonly Unit[] _units = [];
    readonly nint _sumElements, _packedElements;

    /// <summary>Compiles the convolution.</summary>
    /// <param name="lanes">Register width; the one the weights were packed for.</param>
    /// <param name="geometry">Extents and layouts.</param>
    /// <param name="weights">Its weights; where they are packed later, <see cref="Run"/> is given them.</param>
    /// <exception cref="ArgumentException">The geometry does not hold; see
    /// <see cref="ConvGeometry.Check"/>.</exception>
    /// <param name="threads">How many will share the pieces: decides how work is cut, never a bit.</param>
    public Convolution(LaneWidth lanes, ConvGeometry geometry, PackedWeights<E> weights, int threads = 1)
    {
        geometry.Check();
        _g = geometry;
        _lanes = lanes;
        _weights = weights;
        // Kept, because to divide takes as long as a row of a small tile.
        (_groupInput, _groupOutput) = (geometry.GroupInput, geometry.GroupOutput);
        if (geometry.IsDepthwise)
        {
            _depthwise = new DepthwiseConvolution<E>(lanes, geometry, weights, threads);
            Tiles = _depthwise.Tiles;
            ScratchElements = weights.IsLater ? weights.PanelElements(0, 0) : 0;
            return;
        }
        _maxRows = LaneWidths.TileRows(lanes);
        _phases = [.. ConvPhase.All(geometry).Select(p => new ConvTiles<E>(geometry, p, _maxRows))];
        _units = CutIntoUnits(threads, out int packedElements, out int tileSums);
        Tiles = _units.Length;
        _sumElements = tileSums * MaxRows * 2 * weights.Width;
        _packedElements = _sumElements + packedElements;
        ScratchElements = _packedElements;
        if (!weights.IsLater || _units.Length == 0) return;
        // A unit packs its one panel.
        ScratchElements += _units.Max(unit => weights.PanelElements(unit.Phase, unit.FirstPanel));
    }

    /// <summary>Independent pieces of work; their order is the one that suits the caches.</summary>
    public int Tiles { get; }

    /// <summary>Pixels and channels of one tile at most.</summary>
    public (int Rows, int Columns) Tile =>
        _depthwise is not null ? (7, _weights.Width) : (_maxRows, 2 * _weights.Width);

    /// <summary>Bytes of packed weights.</summary>
    public long WeightBytes => _weights.Bytes;

    /// <summary>Elements of scratch that one <see cref="Run"/> needs; aligned to 64 bytes it is fastest.</summary>
    public long ScratchElements { get; }

    /// <summary>Computes the pieces [first, last).</summary>
    /// <param name="input">The whole input buffer, its halo zero.</param>
    /// <param name="output">The whole output buffer; only its interior is written.</param>
    /// <param name="first">First piece.</param>
    /// <param name="last">Piece after the last.</param>
    /// <param name="scratch">This thread's <see cref="ScratchElements"/>.</param>
    /// <param name="epilogue">Bias and what follows; made for the same lanes.</param>
    /// <param name="kernel">The weights where they are packed now; not looked at where they were before.</param>
    public void Run(
        E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue, E* kernel = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Tiles);
        if (_depthwise is not null)
        {
            E* panel = _weights.IsLater ? scratch : _weights.Panel(0, 0, 0);
            if (_weights.IsLater) _weights.Pack(kernel, 0, 0, 0, panel);
            _depthwise.Run(input, output, first, last, panel, epilogue);
            GC.KeepAlive(this);
            return;
        }
        switch (_lanes)
        {
            case LaneWidth.Sixteen: Run<Lanes512<E>>(input, output, first, last, scratch, kernel, epilogue); break;
            case LaneWidth.Eight: Run<Lanes256<E>>(input, output, first, last, scratch, kernel, epilogue); break;
            case LaneWidth.Four: Run<Lanes128<E>>(input, output, first, last, scratch, kernel, epilogue); break;
            default: Run<Lanes1<E>>(input, output, first, last, scratch, kernel, epilogue); break;
        }
        // Native memory goes with whoever can no longer be reached: not before the last piece is done.
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Run<L>(E* input, E* output, int first, int last, E* scratch, E* kernel, in Epilogue<E> epilogue)
        where L : struct, ILanes<L, E>
    {
        Job job;
        job.Sums = scratch;
        job.Packed = scratch + _sumElements;
        job.Output = output;
        job.Tile = default;
        job.Tile.Scalars = epilogue.Scalars;
        job.Tile.Bounds = epilogue.Bounds.GetValueOrDefault();
        bool gapless = epilogue.IsGapless(_g.Output);
        job.ResidualLiesAlike = epilogue.ResidualLayout == _g.Output;
        for (int u = first; u < last; u++)
        {
            var unit = _units[u];
            var phase = _phases[unit.Phase].Phase;
            job.Even = gapless && phase is { StepW: 1, StepH: 1, StepD: 1 };
            job.Tile.OutputStride = phase.StepW * _g.Output.PixelStride;
            job.Tile.ResidualStride = phase.StepW * epilogue.ResidualLayout.PixelStride;
            job.Input = (byte*)(input + (unit.Group * _groupInput));
            // The panel after this unit's lies behind it in memory.
            job.More = u + 1 < last && _units[u + 1].Group == unit.Group && _units[u + 1].FirstPanel > unit.FirstPanel;
            if (_weights.IsLater)
            {
                job.Weights = scratch + _packedElements;
                job.More = false;
                _weights.Pack(kernel, unit.Phase, unit.Group, unit.FirstPanel, job.Weights);
            }
            else job.Weights = _weights.Panel(unit.Phase, unit.Group, unit.FirstPanel);
            switch (unit.Order)
            {
                case Order.Tiles: TileMajor<L>(unit, ref job, epilogue); break;
                case Order.Blocks: BlockMajor<L>(unit, ref job, epilogue); break;
                default: PanelMajor<L>(unit, ref job, epilogue); break;
            }
        }
    }

    struct Job
    {
        // The unit's first panel; the others follow.
        public E* Weights;
        public E* Sums;
        public E* Packed;
        public E* Output;
        public byte* Input;
        public bool More;
        // True where a tile's pixels lie evenly whichever they are.
        public bool Even;
        public bool ResidualLiesAlike;
        public EpilogueTile<E> Tile;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void TileMajor<L>(in Unit unit, ref Job job, in Epilogue<E> epilogue) where L : struct, ILanes<L, E>
    {
        var phase = _phases[unit.Phase];
        for (int t = unit.FirstTile; t < unit.FirstTile + unit.Tiles; t++)
        {
            ref var rows = ref phase.Tiles[t];
            if (rows.Packed) phase.Pack(rows, 0, job.Input, job.Packed);
            // Two panels' share of fetches covers the coming tile's input where pixels lie side by side.
            byte* near = t + 1 < unit.FirstTile + unit.Tiles ? job.Input + phase.Tiles[t + 1].Input0 : null;
            E* weights = job.Weights;
            for (int panel = unit.FirstPanel; panel < unit.FirstPanel + unit.Panels; panel++)
            {
                int channel = Columns<L>(unit, panel, epilogue, ref job.Tile);
                if (panel > unit.FirstPanel + 1) near = null;
                bool ends = Ends(phase.Phase, rows, channel, epilogue, ref job);
                Multiply<L>(phase, rows, 0, weights, job.Packed, job.Sums, job.Input, near, null, ref job.Tile, ends);
                weights += phase.Depth * job.Tile.SumStride;
                if (near != null) near += (nint)phase.Depth / 2 * 128;
                if (!ends) Finish(phase.Phase, rows, channel, job.Sums, epilogue, ref job);
                else if (epilogue.StageCount > 0) Continue(phase.Phase, rows, channel, epilogue, ref job);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PanelMajor<L>(in Unit unit, ref Job job, in Epilogue<E> epilogue) where L : struct, ILanes<L, E>
    {
        var phase = _phases[unit.Phase];
        nint share = (nint)phase.Depth / 2 * 64;
        int lastPanel = unit.FirstPanel + unit.Panels - 1;
        for (int panel = unit.FirstPanel; panel <= lastPanel; panel++)
        {
            int channel = Columns<L>(unit, panel, epilogue, ref job.Tile);
            nint panelBytes = phase.Depth * job.Tile.SumStride * sizeof(E);
            E* weights = PanelOf<L>(unit, panel, phase.Depth, job);
            byte* end = (byte*)weights + panelBytes;
            bool more = panel < lastPanel || job.More;
            for (int t = 0; t < unit.Tiles; t++)
            {
                ref var rows = ref phase.Tiles[unit.FirstTile + t];
                // Each tile fetches its share of the coming panel.
                byte* next = more && (t + 1) * share <= panelBytes ? end + (t * share) : null;
                bool ends = phase.Blocks > 0 && Ends(phase.Phase, rows, channel, epilogue, ref job);
                for (int block = 0; block < phase.Blocks; block++)
                {
                    if (rows.Packed) phase.Pack(rows, block, job.Input, job.Packed);
                    Multiply<L>(
                        phase, rows, block, weights, job.Packed, job.Sums, job.Input, null, next, ref job.Tile,
                        ends && block == phase.Blocks - 1);
                    if (next != null) next += ConvTiles<E>.Block / 2 * 64;
                }
                if (phase.Blocks == 0)
                    NativeMemory.Clear(job.Sums, (nuint)(rows.Rows * job.Tile.SumStride * sizeof(E)));
                if (!ends) Finish(phase.Phase, rows, channel, job.Sums, epilogue, ref job);
                else if (epilogue.StageCount > 0) Continue(phase.Phase, rows, channel, epilogue, ref job);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void BlockMajor<L>(in Unit unit, ref Job job, in Epilogue<E> epilogue) where L : struct, ILanes<L, E>
    {
        var phase = _phases[unit.Phase];
        nint sumSize = MaxRows * 2 * L.Width, packedSize = (nint)MaxRows * phase.PackedRow;
        for (int block = 0; block < phase.Blocks; block++)
        {
            for (int t = 0; t < unit.Tiles; t++)
            {
                ref var rows = ref phase.Tiles[unit.FirstTile + t];
                if (rows.Packed) phase.Pack(rows, block, job.Input, job.Packed + (t * packedSize));
            }
            bool last = block == phase.Blocks - 1;
            nint depth = last ? phase.Depth - (block * ConvTiles<E>.Block) : ConvTiles<E>.Block;
            nint share = depth / 2 * 64;
            E* sums = job.Sums;
            for (int p = 0; p < unit.Panels; p++)
            {
                int panel = unit.FirstPanel + p;
                int channel = Columns<L>(unit, panel, epilogue, ref job.Tile);
                // The same block of the coming panel, or the coming block of the first.
                nint rest = phase.Depth * job.Tile.SumStride * sizeof(E),
                    bytes = depth * job.Tile.SumStride * sizeof(E);
                E* weights = PanelOf<L>(unit, panel, phase.Depth, job);
                byte* coming = (byte*)weights
                    + ((nint)block * ConvTiles<E>.Block * job.Tile.SumStride * sizeof(E)) + rest;
                if (p == unit.Panels - 1)
                {
                    coming = last
                        ? (job.More ? coming - ((nint)block * ConvTiles<E>.Block * job.Tile.SumStride * sizeof(E))
                            : null)
                        : (byte*)job.Weights + ((nint)(block + 1) * ConvTiles<E>.Block * 2 * L.Width * sizeof(E));
                }
                for (int t = 0; t < unit.Tiles; t++, sums += sumSize)
                {
                    ref var rows = ref phase.Tiles[unit.FirstTile + t];
                    byte* next = coming != null && (t + 1) * share <= bytes ? coming + (t * share) : null;
                    bool ends = last && Ends(phase.Phase, rows, channel, epilogue, ref job);
                    Multiply<L>(
                        phase, rows, block, weights, job.Packed + (t * packedSize), sums, job.Input,
                        rows.Packed && t + 1 < unit.Tiles ? (byte*)(job.Packed + ((t + 1) * packedSize)) : null,
                        next, ref job.Tile, ends);
                    if (last && !ends) Finish(phase.Phase, rows, channel, sums, epilogue, ref job);
                    else if (ends && epilogue.StageCount > 0) Continue(phase.Phase, rows, channel, epilogue, ref job);
                }
            }
        }
    }

    // Only the last panel of a group may be narrower.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static E* PanelOf<L>(in Unit unit, int panel, int depth, in Job job) where L : struct, ILanes<L, E> =>
        job.Weights + ((nint)(panel - unit.FirstPanel) * depth * 2 * L.Width);

    // The columns of a panel that exist, and what the epilogue does to them; the first one's channel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Columns<L>(in Unit unit, int panel, in Epilogue<E> epilogue, ref EpilogueTile<E> tile)
        where L : struct, ILanes<L, E>
    {
        int column = panel * 2 * L.Width;
        int columns = _weights.PaddedColumns - column > L.Width ? 2 * L.Width : L.Width;
        int channel = (unit.Group * _groupOutput) + column;
        tile.Columns = Math.Min(columns, _groupOutput - column);
        tile.SumStride = columns;
        tile.Bias = epilogue.Bias == null ? null : epilogue.Bias + channel;
        tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + channel;
        tile.Shift = epilogue.Scale == null ? null : epilogue.Shift + channel;
        return channel;
    }

    // One block of k of one tile and panel, added to the sums unless it is the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Multiply<L>(
        ConvTiles<E> phase, in RowTile rows, int block, E* weights, E* packed, E* sums, byte* input, byte* near,
        byte* next,
        ref EpilogueTile<E> tile, bool ends)
        where L : struct, ILanes<L, E>
    {
        int vectors = tile.SumStride > L.Width ? 2 : 1;
        weights += block * ConvTiles<E>.Block * tile.SumStride;
        byte* a0 = input + rows.Input0;
        byte* a1 = input + rows.Input1;
        nint step = phase.Step;
        Segment* segments = phase.Segments + phase.BlockStart[block];
        int count = phase.BlockStart[block + 1] - phase.BlockStart[block];
        if (rows.Packed)
        {
            step = (nint)phase.PackedRow * sizeof(E);
            a0 = (byte*)packed;
            a1 = a0 + (7 * step);
            segments = phase.PackedSegments + block;
            count = 1;
        }
        var code = GemmTiles.Pick<L, E>(rows.Rows, vectors);
        fixed (EpilogueTile<E>* end = &tile)
        {
            code(
                a0, a1, step, segments, count, weights, sums, block > 0, near == null ? (byte*)weights : near,
                next == null ? (byte*)weights : next, ends ? end : null);
        }
    }

    // True where the tile can end by itself, which is then made ready: whole registers of evenly spaced pixels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Ends(ConvPhase phase, in RowTile rows, int channel, in Epilogue<E> epilogue, ref Job job)
    {
        ref var tile = ref job.Tile;
        if (epilogue.Bounds is null || tile.Columns != tile.SumStride
            || (!job.Even && RowsTogether(phase, rows, 0, rows.Column, job) < rows.Rows))
            return false;
        tile.Output = job.Output + rows.Output + channel;
        tile.Residual = epilogue.Residual == null ? null
            : epilogue.Residual + ResidualOf(phase, rows, epilogue, job) + channel;
        return true;
    }

    // The index of the first pixel's residual.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static nint ResidualOf(ConvPhase phase, in RowTile rows, in Epilogue<E> epilogue, in Job job) =>
        job.ResidualLiesAlike ? rows.Output : ResidualIndex(phase, rows, epilogue.ResidualLayout);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static nint ResidualIndex(ConvPhase phase, in RowTile rows, in BufferLayout layout) =>
        phase.OutputIndex(layout, rows.Plane, rows.Row, rows.Column);

    // How many of a tile's pixels, from one on, lie evenly: to the end of its output row, or all where rows follow each
    // other.
    static int RowsTogether(ConvPhase phase, in RowTile rows, int first, int column, in Job job) =>
        job.Even ? rows.Rows - first : Math.Min(rows.Rows - first, phase.Columns - column);

    // A tile's pixels lie evenly within one output row; where it crosses rows with a gap between it is finished row by
    // row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Finish(ConvPhase phase, in RowTile rows, int channel, E* sums, in Epilogue<E> epilogue, ref Job job)
    {
        ref var tile = ref job.Tile;
        tile.Sums = sums;
        int row = rows.Row, column = rows.Column, plane = rows.Plane;
        for (int done = 0; done < rows.Rows; done += tile.Rows)
        {
            tile.Rows = RowsTogether(phase, rows, done, column, job);
            // Where the tile begins is known; what it has beyond its first row must be looked for.
            tile.Output = job.Output + channel
                + (done == 0 ? rows.Output : phase.OutputIndex(_g.Output, plane, row, column));
            tile.Residual = epilogue.Residual == null
                ? null
                : epilogue.Residual + channel + (done == 0
                    ? ResidualOf(phase, rows, epilogue, job)
                    : phase.OutputIndex(epilogue.ResidualLayout, plane, row, column));
            fixed (EpilogueTile<E>* t = &tile)
            {
                epilogue.Finish(t);
                if (epilogue.StageCount > 0) Continue(phase, t, plane, row, column, channel, epilogue);
            }
            tile.Sums += tile.Rows * tile.SumStride;
            column = 0;
            if (++row == phase.Rows)
            {
                row = 0;
                plane++;
            }
        }
    }

    // The stages of a tile that has ended by itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Continue(ConvPhase phase, in RowTile rows, int channel, in Epilogue<E> epilogue, ref Job job)
    {
        job.Tile.Rows = rows.Rows;
        fixed (EpilogueTile<E>* t = &job.Tile)
            Continue(phase, t, rows.Plane, rows.Row, rows.Column, channel, epilogue);
    }

    static void Continue(
        ConvPhase phase, EpilogueTile<E>* tile, int plane, int row, int column, int channel, in Epilogue<E> epilogue)
    {
        var (n, d) = phase.ImageOf(plane);
        epilogue.Continue(
            tile, n, d, phase.FirstH + (row * phase.StepH), phase.FirstW + (column * phase.StepW), phase.StepW,
            channel);
    }

    // Chunks of tiles share weights while these are in a cache, groups of panels share the input. Panels vary fastest.
    Unit[] CutIntoUnits(int threads, out int packedElements, out int tileSums)
    {
        var units = new List<Unit>();
        packedElements = 0;
        tileSums = 1;
        int panels = _weights.Panels;
        for (int p = 0; p < _phases.Length; p++)
        {
            var phase = _phases[p];
            int tiles = phase.Tiles.Length;
            if (tiles == 0) continue;
            bool packs = phase.Tiles.Any(t => t.Packed);
            long weightBytes = (long)phase.Depth * _weights.PaddedColumns * sizeof(E);
            var order = _weights.IsLater ? (packs && phase.Blocks > 0 ? Order.Blocks : Order.Panels)
                : phase.Blocks == 1 && weightBytes <= TileMajorBytes ? Order.Tiles
                : (phase.Blocks > 1 && Math.Min(tiles, ChunkTiles) >= BlockMajorTiles) || (packs && phase.Blocks > 0)
                    ? Order.Blocks
                : Order.Panels;
            var (chunk, wide) = _weights.IsLater ? (ChunkOfLater(tiles, order, threads), 1)
                : Cut(phase, order, packs, weightBytes, threads);
            if (order == Order.Blocks) tileSums = Math.Max(tileSums, chunk * wide);
            if (packs)
                packedElements =
                    Math.Max(packedElements, (order == Order.Blocks ? chunk : 1) * MaxRows * phase.PackedRow);
            for (int start = 0; start < tiles; start += chunk)
            {
                for (int group = 0; group < _g.Groups; group++)
                {
                    for (int panel = 0; panel < panels; panel += wide)
                    {
                        units.Add(new Unit(
                            p, group, start, Math.Min(chunk, tiles - start), panel, Math.Min(wide, panels - panel),
                            order));
                    }
                }
            }
        }
        return [.. units];
    }

    // A panel is packed for each chunk of tiles anew: as few chunks as keep all threads busy.
    int ChunkOfLater(int tiles, Order order, int threads)
    {
        int chunks = Math.Min(tiles, Count(threads, Math.Max(1, (long)_weights.Panels * _g.Groups)));
        int most = order == Order.Blocks ? SumBytes / (MaxRows * 2 * _weights.Width * sizeof(E)) : tiles;
        return Math.Min(Count(tiles, chunks), most);
    }

    // Tiles and panels of a unit: the cut whose slowest thread is done first, counting what is read again because of
    // it. Every chunk of tiles reads all weights, every group of panels all input.
    (int Chunk, int Wide) Cut(ConvTiles<E> phase, Order order, bool packs, long weightBytes, int threads)
    {
        int tiles = phase.Tiles.Length, panels = _weights.Panels;
        double tileSeconds = 2.0 * phase.Depth * phase.Tiles[0].Rows * 2 * _weights.Width / NominalFlops;
        double weightSeconds = weightBytes * _g.Groups / FarBytes;
        double inputSeconds = (double)_g.Input.Elements * sizeof(E) / (packs ? PackBytes : FarBytes);
        var best = (Chunk: 1, Wide: 1);
        double least = double.PositiveInfinity;
        for (int groups = 1; groups <= (order == Order.Tiles ? 1 : panels); groups++)
        {
            int wide = Count(panels, groups);
            if (Count(panels, wide) != groups) continue;
            for (int chunks = Count(tiles, ChunkTiles); chunks <= Math.Min(tiles, MostUnits); chunks++)
            {
                int chunk = Count(tiles, chunks);
                if (Count(tiles, chunk) != chunks) continue;
                long sums = (long)chunk * wide * MaxRows * 2 * _weights.Width * sizeof(E);
                if (order == Order.Blocks && sums > SumBytes && chunk * wide > BlockMajorTiles) continue;
                long units = (long)chunks * groups * _g.Groups;
                if (units > MostUnits * threads && units > 1 && chunk * wide < ChunkTiles) break;
                // Whole units of the slowest thread; the last of each kind may be smaller.
                double share = Math.Max(
                    (double)Count(units, threads) * chunk * wide, (double)tiles * panels * _g.Groups / threads);
                double again =
                    (((order == Order.Tiles ? 0 : chunks) * weightSeconds) + (groups * inputSeconds)) / threads;
                double seconds = (share * tileSeconds) + (again / 2) + (Count(units, threads) * UnitSeconds);
                if (seconds >= least) continue;
                least = seconds;
                best = (chunk, wide);
            }
        }
        return best;
    }

    /// <summary>How many parts of that size there are, the last perhaps smaller.</summary>
    internal static int Count(long all, long each) => (int)((all + each - 1) / each);
}
