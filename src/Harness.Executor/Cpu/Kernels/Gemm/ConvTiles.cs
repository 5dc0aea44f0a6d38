using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Output pixels of one tile and where their input rows lie.</summary>
/// <param name="Rows">Pixels: 1 to 14.</param>
/// <param name="Pixel">First pixel, counted through the phase: ((plane · rows) + row) · columns + column.</param>
/// <param name="Input0">Byte offset of pixel 0's base in the input buffer.</param>
/// <param name="Input1">Byte offset of pixel 7's base.</param>
/// <param name="Plane">Plane of pixel 0, counted through all images: the image itself where these have one.</param>
/// <param name="Row">Output row of pixel 0.</param>
/// <param name="Column">Output column of pixel 0.</param>
/// <param name="Output">Index of pixel 0 in the output buffer.</param>
/// <param name="Packed">True when the rows are not two evenly spaced runs of seven: their input is first copied
/// together.</param>
readonly record struct RowTile(
    int Rows, int Pixel, nint Input0, nint Input1, int Plane, int Row, int Column, nint Output, bool Packed);

/// <summary>A phase cut into tiles, and its k cut into segments and blocks.</summary>
sealed unsafe class ConvTiles<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>Elements of k in one chain of additions.</summary>
    public const int Block = 256;

    const int Run = 7;

    readonly ConvGeometry _g;
    readonly Segment[] _segments;
    readonly Segment[] _packedSegments;

    public ConvTiles(ConvGeometry geometry, ConvPhase phase, int maxRows)
    {
        _g = geometry;
        Phase = phase;
        Depth = checked(phase.Taps.Length * geometry.GroupInput);
        Step = phase.InputStepW * geometry.Input.PixelStride * sizeof(E);
        int blocks = (Depth + Block - 1) / Block;
        BlockStart = new int[blocks + 1];
        _segments = Pin(CutIntoSegments());
        _packedSegments = Pin([.. Enumerable.Range(0, blocks)
            .Select(b => new Segment(0, Math.Min(Block, Depth - (b * Block))))]);
        // An odd number of cache lines, so that packed rows spread over all sets.
        int lines = ((Math.Min(Depth, Block) * sizeof(E)) + 63) / 64;
        PackedRow = (lines | 1) * 64 / sizeof(E);
        Tiles = CutIntoTiles(maxRows);
    }

    /// <summary>The phase.</summary>
    public ConvPhase Phase { get; }

    /// <summary>Elements of k: taps × input channels of a group.</summary>
    public int Depth { get; }

    /// <summary>Bytes from one pixel's input base to the next in a run.</summary>
    public nint Step { get; }

    /// <summary>Elements of one packed row: those of one block.</summary>
    public int PackedRow { get; }

    /// <summary>Tiles in the order of pixels.</summary>
    public RowTile[] Tiles { get; }

    /// <summary>First segment of each block, and the count.</summary>
    public int[] BlockStart { get; }

    /// <summary>Blocks of k.</summary>
    public int Blocks => BlockStart.Length - 1;

    /// <summary>Segments of the input in place.</summary>
    public Segment* Segments => Address(_segments);

    /// <summary>One segment a block: those of packed rows, which hold one block at a time.</summary>
    public Segment* PackedSegments => Address(_packedSegments);

    /// <summary>Byte offset in the input buffer of the base of one pixel of the phase.</summary>
    public nint InputOffset(int pixel)
    {
        int row = Math.DivRem(pixel, Phase.Columns, out int column);
        int plane = Math.DivRem(row, Phase.Rows, out row);
        return Phase.InputIndex(_g.Input, plane, row, column) * sizeof(E);
    }

    /// <summary>Copies one block of a tile's rows together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(in RowTile tile, int block, byte* input, E* destination)
    {
        int count = BlockStart[block + 1] - BlockStart[block];
        Segment* segments = Segments + BlockStart[block];
        for (int row = 0; row < tile.Rows; row++)
        {
            byte* source = input + InputOffset(tile.Pixel + row);
            E* to = destination + ((nint)row * PackedRow);
            for (int s = 0; s < count; s++)
            {
                Unsafe.CopyBlockUnaligned(to, source + segments[s].Offset, (uint)(segments[s].Length * sizeof(E)));
                to += segments[s].Length;
            }
        }
    }

    // Taps that continue each other in memory are one segment; none crosses a block's end.
    Segment[] CutIntoSegments()
    {
        var segments = new List<Segment>();
        int k = 0;
        foreach (var tap in Phase.Taps)
        {
            nint offset = sizeof(E)
                * ((tap.D * _g.Input.PlaneStride) + (tap.H * _g.Input.RowStride) + (tap.W * _g.Input.PixelStride));
            int left = _g.GroupInput;
            while (left > 0)
            {
                if (k % Block == 0) BlockStart[k / Block] = segments.Count;
                int length = Math.Min(left, Block - (k % Block));
                bool continues = k % Block != 0
                    && segments[^1].Offset + (segments[^1].Length * sizeof(E)) == offset;
                if (continues) segments[^1] = segments[^1] with { Length = segments[^1].Length + length };
                else segments.Add(new Segment(offset, length));
                offset += length * sizeof(E);
                left -= length;
                k += length;
            }
        }
        BlockStart[^1] = segments.Count;
        return [.. segments];
    }

    RowTile[] CutIntoTiles(int maxRows)
    {
        // Pixels whose input bases are evenly spaced: a row, all rows of a plane, all planes, or all images.
        int even = Phase.Columns;
        nint rowStep = Phase.InputStepH * _g.Input.RowStride * sizeof(E);
        if (Phase.Rows == 1 || rowStep == Phase.Columns * Step)
        {
            even *= Phase.Rows;
            if (Phase.Planes == 1 || Phase.InputStepD * _g.Input.PlaneStride * sizeof(E) == even * Step)
            {
                even *= Phase.Planes;
                if (_g.Input.N == 1 || _g.Input.ImageStride * sizeof(E) == even * Step) even *= _g.Input.N;
            }
        }
        int pixels = _g.Input.N * Phase.Planes * Phase.Rows * Phase.Columns;
        var tiles = new List<RowTile>();
        if (even == Run && maxRows >= 2 * Run)
        {
            for (int pixel = 0; pixel < pixels; pixel += 2 * Run) Add(pixel, Math.Min(2 * Run, pixels - pixel), false);
        }
        else if (even >= maxRows / 2)
        {
            int count = (even + maxRows - 1) / maxRows;
            for (int start = 0; start < pixels; start += even)
            {
                for (int t = 0; t < count; t++)
                {
                    int from = (int)((long)even * t / count);
                    Add(start + from, (int)((long)even * (t + 1) / count) - from, false);
                }
            }
        }
        else
        {
            for (int pixel = 0; pixel < pixels; pixel += maxRows)
                Add(pixel, Math.Min(maxRows, pixels - pixel), true);
        }
        return [.. tiles];

        void Add(int pixel, int rows, bool packed)
        {
            int row = Math.DivRem(pixel, Phase.Columns, out int column);
            int plane = Math.DivRem(row, Phase.Rows, out row);
            tiles.Add(new RowTile(
                rows, pixel, InputOffset(pixel), rows > Run ? InputOffset(pixel + Run) : 0, plane, row, column,
                Phase.OutputIndex(_g.Output, plane, row, column), packed && rows > 1));
        }
    }

    static Segment[] Pin(Segment[] segments)
    {
        var pinned = GC.AllocateUninitializedArray<Segment>(Math.Max(1, segments.Length), pinned: true);
        segments.CopyTo(pinned, 0);
        return pinned;
    }

    static Segment* Address(Segment[] pinned) => (Segment*)Unsafe.AsPointer(ref pinned[0]);
}
