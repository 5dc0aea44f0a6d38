using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;

namespace Harness.Executor.Kernels;

/// <summary>A convolution, transposed convolution or matrix product, ready to run.</summary>
/// <remarks>
/// <para>Order of additions, for every output: k runs over (kh, kw, ci of the group), halo zeros included; a chain of
/// fused
/// multiply-adds from 0 for each 256 k; these sums added in order; then the <see cref="Epilogue{E}"/>. For a transposed
/// convolution only the taps that exist for that output take part. Hence no bit depends on lanes, tiles or
/// threads.</para>
/// <para>Error: at most (256 + k/256) ulp of Σ|x||w|, typically below √256.</para>
/// <para>Immutable; any number of threads may run disjoint tile ranges, each with its own scratch.</para>
/// </remarks>
sealed unsafe class Convolution<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int MaxRows = 14;
    const int ChunkTiles = 16;
    const int WantedUnits = 16;
    const int PackBytes = 512 * 1024;

    readonly record struct Unit(int Phase, int Group, int FirstTile, int Tiles, int Panel);

    readonly ConvGeometry _g;
    readonly LaneWidth _lanes;
    readonly PackedWeights<E> _weights;
    readonly DepthwiseConvolution<E>? _depthwise;
    readonly ConvTiles<E>[] _phases = [];
    readonly Unit[] _units = [];

    /// <summary>Compiles the convolution.</summary>
    /// <param name="lanes">Register width; the one the weights were packed for.</param>
    /// <param name="geometry">Extents and layouts.</param>
    /// <param name="weights">Its weights.</param>
    /// <exception cref="ArgumentException">The geometry does not hold; see
    /// <see cref="ConvGeometry.Check"/>.</exception>
    public Convolution(LaneWidth lanes, ConvGeometry geometry, PackedWeights<E> weights)
    {
        geometry.Check();
        _g = geometry;
        _lanes = lanes;
        _weights = weights;
        if (geometry.IsDepthwise)
        {
            _depthwise = new DepthwiseConvolution<E>(geometry, weights);
            Tiles = _depthwise.Tiles;
            return;
        }
        // Sixteen vector registers hold 6 × 2 sums, two weights and an input; thirty-two hold 14 × 2.
        int maxRows = lanes == LaneWidth.Sixteen || AdvSimd.IsSupported ? MaxRows : 6;
        _phases = [.. ConvPhase.All(geometry).Select(p => new ConvTiles<E>(geometry, p, maxRows))];
        _units = CutIntoUnits(out int packedElements);
        Tiles = _units.Length;
        ScratchElements = (MaxRows * 2 * weights.Width) + packedElements;
    }

    /// <summary>Independent pieces of work; their order is the one that suits the caches.</summary>
    public int Tiles { get; }

    /// <summary>Elements of scratch that one <see cref="Run"/> needs; aligned to 64 bytes it is fastest.</summary>
    public long ScratchElements { get; }

    /// <summary>Computes the pieces [first, last).</summary>
    /// <param name="input">The whole input buffer, its halo zero.</param>
    /// <param name="output">The whole output buffer; only its interior is written.</param>
    /// <param name="first">First piece.</param>
    /// <param name="last">Piece after the last.</param>
    /// <param name="scratch">This thread's <see cref="ScratchElements"/>.</param>
    /// <param name="epilogue">Bias and what follows; made for the same lanes.</param>
    public void Run(E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Tiles);
        if (_depthwise is not null)
        {
            _depthwise.Run(input, output, first, last, epilogue);
            return;
        }
        switch (_lanes)
        {
            case LaneWidth.Sixteen: Run<Lanes512<E>>(input, output, first, last, scratch, epilogue); break;
            case LaneWidth.Eight: Run<Lanes256<E>>(input, output, first, last, scratch, epilogue); break;
            case LaneWidth.Four: Run<Lanes128<E>>(input, output, first, last, scratch, epilogue); break;
            default: Run<Lanes1<E>>(input, output, first, last, scratch, epilogue); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Run<L>(E* input, E* output, int first, int last, E* scratch, in Epilogue<E> epilogue)
        where L : struct, ILanes<L, E>
    {
        E* sums = scratch;
        E* packed = scratch + (MaxRows * 2 * L.Width);
        EpilogueTile<E> tile = default;
        tile.Scalars = epilogue.Scalars;
        var packedUnit = new Unit(-1, 0, 0, 0, 0);
        for (int u = first; u < last; u++)
        {
            var unit = _units[u];
            var phase = _phases[unit.Phase];
            byte* groupInput = (byte*)(input + (unit.Group * _g.GroupInput));
            int column = unit.Panel * 2 * L.Width;
            int vectors = _weights.PaddedColumns - column > L.Width ? 2 : 1;
            int channel = (unit.Group * _g.GroupOutput) + column;
            tile.Columns = Math.Min(vectors * L.Width, _g.GroupOutput - column);
            tile.SumStride = vectors * L.Width;
            tile.Bias = epilogue.Bias == null ? null : epilogue.Bias + channel;
            tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + channel;
            tile.Shift = epilogue.Scale == null ? null : epilogue.Shift + channel;
            E* panel = _weights.Panel(unit.Phase, unit.Group, unit.Panel);
            E* end = panel + ((nint)phase.Depth * vectors * L.Width);
            // The panel after this one lies behind it; each tile fetches its share of it.
            bool more = u + 1 < last && _units[u + 1].Panel == unit.Panel + 1;
            nint share = phase.Depth / 2 * 64;
            nint panelBytes = (nint)phase.Depth * vectors * L.Width * sizeof(E);
            if (unit with { Panel = 0 } != packedUnit)
            {
                packedUnit = unit with { Panel = 0 };
                PackUnit(unit, groupInput, packed);
            }
            for (int t = 0; t < unit.Tiles; t++)
            {
                var rows = phase.Tiles[unit.FirstTile + t];
                var code = GemmTiles.Pick<L, E>(rows.Rows, vectors);
                byte* a0 = groupInput + rows.Input0;
                byte* a1 = groupInput + rows.Input1;
                nint step = phase.Step;
                Segment* segments = phase.Segments;
                if (rows.Packed)
                {
                    step = (nint)phase.PackedRow * sizeof(E);
                    a0 = (byte*)(packed + ((nint)t * MaxRows * phase.PackedRow));
                    a1 = a0 + (7 * step);
                    segments = phase.PackedSegments;
                }
                byte* next = more && (t + 1) * share <= panelBytes ? (byte*)end + (t * share) : (byte*)panel;
                E* weights = panel;
                for (int block = 0; block < phase.Blocks; block++)
                {
                    int from = rows.Packed ? block : phase.BlockStart[block];
                    int count = rows.Packed ? 1 : phase.BlockStart[block + 1] - from;
                    code(a0, a1, step, segments + from, count, weights, sums, block > 0, next);
                    weights += ConvTiles<E>.Block * vectors * L.Width;
                    next += ConvTiles<E>.Block / 2 * 64;
                }
                if (phase.Blocks == 0) NativeMemory.Clear(sums, (nuint)(rows.Rows * tile.SumStride * sizeof(E)));
                tile.Sums = sums;
                Finish(phase.Phase, rows, channel, output, epilogue, ref tile);
            }
        }
    }

    // A tile's pixels lie evenly within one output row; where it crosses rows it is finished row by row.
    void Finish(
        ConvPhase phase, in RowTile rows, int channel, E* output, in Epilogue<E> epilogue, ref EpilogueTile<E> tile)
    {
        tile.OutputStride = phase.StepW * _g.Output.PixelStride;
        tile.ResidualStride = phase.StepW * epilogue.ResidualLayout.PixelStride;
        int row = Math.DivRem(rows.Pixel, phase.Columns, out int column);
        int image = Math.DivRem(row, phase.Rows, out row);
        for (int done = 0; done < rows.Rows; done += tile.Rows)
        {
            tile.Rows = Math.Min(rows.Rows - done, phase.Columns - column);
            int oh = phase.FirstH + (row * phase.StepH);
            int ow = phase.FirstW + (column * phase.StepW);
            tile.Output = output + _g.Output.Index(image, oh, ow) + channel;
            tile.Residual = epilogue.Residual == null
                ? null
                : epilogue.Residual + epilogue.ResidualLayout.Index(image, oh, ow) + channel;
            fixed (EpilogueTile<E>* t = &tile) epilogue.Finish(t);
            tile.Sums += tile.Rows * tile.SumStride;
            column = 0;
            if (++row == phase.Rows)
            {
                row = 0;
                image++;
            }
        }
    }

    void PackUnit(Unit unit, byte* groupInput, E* packed)
    {
        var phase = _phases[unit.Phase];
        for (int t = 0; t < unit.Tiles; t++)
        {
            var rows = phase.Tiles[unit.FirstTile + t];
            if (rows.Packed) phase.Pack(rows, groupInput, packed + ((nint)t * MaxRows * phase.PackedRow));
        }
    }

    // Chunks of tiles share one panel while it is in the first cache. Panels vary fastest, so that a chunk's packed
    // input serves all of them.
    Unit[] CutIntoUnits(out int packedElements)
    {
        var units = new List<Unit>();
        packedElements = 0;
        for (int p = 0; p < _phases.Length; p++)
        {
            var phase = _phases[p];
            int chunk = ChunkTiles;
            bool packs = phase.Tiles.Any(t => t.Packed);
            if (packs)
            {
                int tileBytes = MaxRows * phase.PackedRow * sizeof(E);
                chunk = Math.Clamp(PackBytes / Math.Max(1, tileBytes), 1, ChunkTiles);
            }
            while (chunk > 1 && (phase.Tiles.Length + chunk - 1) / chunk * _weights.Panels * _g.Groups < WantedUnits) chunk /= 2;
            if (packs) packedElements = Math.Max(packedElements, chunk * MaxRows * phase.PackedRow);
            for (int start = 0; start < phase.Tiles.Length; start += chunk)
                for (int group = 0; group < _g.Groups; group++)
                    for (int panel = 0; panel < _weights.Panels; panel++)
                        units.Add(new Unit(p, group, start, Math.Min(chunk, phase.Tiles.Length - start), panel));
        }
        return [.. units];
    }
}
