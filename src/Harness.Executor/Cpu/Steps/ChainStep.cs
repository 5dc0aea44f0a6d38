using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A convolution and the node before it, whose result nothing else reads, by bands of output rows: what lies
/// between them stays in the second cache and is never stored as a whole.</summary>
/// <remarks>Every output is the same sums in the same order as in two steps: not a bit differs. A band finds the rows
/// that it shares with the one before where that left them, if the same thread did both, and computes them again if
/// not.</remarks>
sealed unsafe class ChainStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // What a band's rows between the two nodes may take of the second cache: as many rows for either element type,
    // since each band passes over all weights.
    const int BandElements = 96 * 1024;

    readonly BandSource<E> _source;
    readonly ValueBuffer _output;
    readonly TailEpilogue<E> _tail;
    readonly ConvGeometry _g;
    readonly BufferLayout _middle;
    readonly int _bands, _reach, _padTop, _height;
    readonly nint _middleElements;
    // By the number of rows that they compute.
    readonly Convolution<E>?[] _convolutions;

    /// <summary>A step of two nodes.</summary>
    /// <param name="source">The first, some rows at a time.</param>
    /// <param name="first">Its node.</param>
    /// <param name="second">A convolution of what the first gives with stored weights.</param>
    /// <param name="contraction">What it is.</param>
    public ChainStep(BandSource<E> source, StepSite<E> first, StepSite<E> second, Contraction contraction)
    {
        _source = source;
        _output = second.Output();
        _g = contraction.Geometry;
        _tail = new TailEpilogue<E>(second, bias: contraction.Bias);
        var whole = first.Output().Pixels;
        _height = whole.H;
        _padTop = _g.PadTop;
        _reach = ((_g.KernelH - 1) * _g.DilationH) + 1;
        var halo = _g.RequiredHalo;
        _middle = new BufferLayout(1, 1, whole.W, whole.C, 0, halo.Left, 0, halo.Right);

        int rows = _g.Output.H, images = _g.Output.N;
        long held = BandElements / Math.Max(1, _middle.RowStride);
        int fitting = (int)Math.Clamp(((held - _reach) / _g.StrideH) + 1, 1, Math.Max(1, rows));
        _bands = (rows + fitting - 1) / fitting;
        // As many bands for every thread.
        while (first.Threads > 1 && images * _bands % first.Threads != 0 && _bands < rows) _bands++;
        int largest = Math.Max(1, (rows + _bands - 1) / Math.Max(1, _bands));

        var weights = second.Packed(contraction);
        int most = ((largest - 1) * _g.StrideH) + _reach;
        _convolutions = new Convolution<E>?[largest + 1];
        nint scratch = 0;
        for (int band = 0; band < _bands; band++)
        {
            var alone = RowsOf(band, kept: 0);
            var after = band == 0 ? alone : RowsOf(band, KeptFrom(band));
            foreach (int count in new[] { alone.Last - alone.First, after.Last - after.First })
            {
                if (count > 0) scratch = Math.Max(scratch, _source.Prepare(count, _middle with { H = count }));
            }
            int bandRows = First(band + 1) - First(band);
            if (_convolutions[bandRows] is not null) continue;
            var of = _g with
            {
                Input = _middle with { H = ((bandRows - 1) * _g.StrideH) + _reach },
                Output = _g.Output with { N = 1, H = bandRows },
                PadTop = 0,
            };
            _convolutions[bandRows] = new Convolution<E>(second.Lanes, of, weights);
            scratch = Math.Max(scratch, (nint)_convolutions[bandRows]!.ScratchElements);
        }
        WeightBytes = _source.WeightBytes + weights.Bytes + _tail.Bytes;
        // Whole cache lines, so that what follows stays aligned.
        nint line = 64 / sizeof(E);
        _middleElements = ((most * _middle.RowStride) + line - 1) / line * line;
        ScratchBytes = (_middleElements + scratch) * sizeof(E);
        Pieces = (long)images * _bands;
    }

    long WeightBytes { get; }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes { get; }

    /// <inheritdoc/>
    public override long Grain(int workers) => Math.Max(1, (Pieces + (2 * workers) - 1) / (2 * workers));

    /// <inheritdoc/>
    public override StepCost Cost
    {
        get
        {
            double own = _g.IsDepthwise ? CostModel.Depthwise : CostModel.DirectEfficiency(_g);
            double efficiency =
                (_source.Flops + _g.Flops) / Math.Max(1, (_source.Flops / _source.Efficiency) + (_g.Flops / own));
            var (rows, columns) = _source.Tile
                ?? Array.Find(_convolutions, convolution => convolution is not null)?.Tile ?? (0, 0);
            return new StepCost($"{_source.Kernel}, {(_g.IsDepthwise ? "depthwise" : "gemm")} by bands", efficiency)
            {
                Tile = $"{rows}x{columns}",
                WeightBytes = WeightBytes,
            };
        }
    }

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* middle = frame.Scratch<E>(), scratch = middle + _middleElements;
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        var shifted = stackalloc EpilogueStage<E>[_tail.Stages];
        var outer = _tail.On(frame, stages);
        for (long piece = first; piece < last; piece++)
        {
            int n = (int)Math.DivRem(piece, _bands, out long at);
            int band = (int)at, row = First(band), top = Top(band);
            int kept = piece > first && band > 0 ? KeptFrom(band) : 0;
            if (kept > 0) Move(middle + ((top - Top(band - 1)) * _middle.RowStride), middle, kept);
            var (from, to) = RowsOf(band, kept);
            int end = End(band);
            // Rows beyond the plane are the convolution's padding.
            Clear(middle, kept, Math.Min(from, end) - top);
            Clear(middle, Math.Max(to - top, kept), end - top);
            if (to > from)
            {
                E* target = middle + ((from - top) * _middle.RowStride);
                Halo.Clear(target, _middle with { H = to - from });
                _source.Run(frame, n, from, to - from, target, scratch);
            }
            var convolution = _convolutions[First(band + 1) - row]!;
            var epilogue = outer.From(n, row, shifted);
            convolution.Run(
                middle, frame.Start<E>(_output) + (n * _g.Output.ImageStride) + (row * _g.Output.RowStride),
                0, convolution.Tiles, scratch, epilogue);
        }
    }

    // The first output row of a band: all have as many, or one more.
    int First(int band) => (int)((long)_g.Output.H * band / _bands);

    // The first row between the nodes that a band reads, in the plane's count: negative in the padding.
    int Top(int band) => (First(band) * _g.StrideH) - _padTop;

    // The row after the last.
    int End(int band) => ((First(band + 1) - 1) * _g.StrideH) - _padTop + _reach;

    // Rows that a band shares with the one before.
    int KeptFrom(int band) => Math.Max(0, End(band - 1) - Top(band));

    // The rows that a band must compute when it has some already.
    (int First, int Last) RowsOf(int band, int kept)
    {
        int first = Math.Clamp(Top(band) + kept, 0, _height);
        return (first, Math.Max(first, Math.Min(End(band), _height)));
    }

    void Move(E* from, E* to, int rows)
    {
        long bytes = rows * _middle.RowStride * sizeof(E);
        Buffer.MemoryCopy(from, to, bytes, bytes);
    }

    void Clear(E* middle, int first, int last)
    {
        if (last > first)
            new Span<E>(middle + (first * _middle.RowStride), checked((int)((last - first) * _middle.RowStride)))
                .Clear();
    }
}
