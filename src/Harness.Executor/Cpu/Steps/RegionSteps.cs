using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Cells of a grid over regions; a piece is one region.</summary>
abstract unsafe class RegionStep<E>(
    string node, ValueBuffer output, ValueBuffer x, ValueBuffer regions, RegionPool op) : Step
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly nint[] _regions = regions.LogicalStrides(), _to = output.LogicalStrides();

    /// <summary>The grid.</summary>
    protected RegionPool Grid { get; } = op;

    /// <summary>How the input lies.</summary>
    protected BufferLayout Image { get; } = x.Pixels;

    /// <summary>Channels of the result.</summary>
    protected int Channels { get; } = output.Shape[1];

    /// <inheritdoc/>
    public sealed override long Pieces => regions.Shape[0];

    /// <inheritdoc/>
    public sealed override StepCost Cost => new("regions", CostModel.Plain);

    /// <summary>One cell.</summary>
    /// <param name="image">The first pixel of the region's image.</param>
    /// <param name="region">Left, top, right and bottom as stated.</param>
    /// <param name="row">The cell's row.</param>
    /// <param name="column">Its column.</param>
    /// <param name="y">The cell's first channel; the others follow.</param>
    protected abstract void Cell(E* image, ReadOnlySpan<double> region, int row, int column, E* y);

    /// <inheritdoc/>
    public sealed override void Run(in Frame frame, long first, long last)
    {
        Span<double> region = stackalloc double[4];
        for (long piece = first; piece < last; piece++)
        {
            E* stated = frame.At<E>(regions) + ((nint)piece * _regions[0]);
            double number = double.CreateTruncating(stated[0]);
            if (!(number > -1 && number < x.Shape[0])) throw NoImage(number);
            for (int i = 0; i < 4; i++) region[i] = double.CreateTruncating(stated[(i + 1) * _regions[1]]);
            E* image = frame.Start<E>(x) + Image.Index((int)number, 0, 0);
            E* y = frame.At<E>(output) + ((nint)piece * _to[0]);
            for (int row = 0; row < Grid.Height; row++)
                for (int column = 0; column < Grid.Width; column++)
                    Cell(image, region, row, column, y + (row * _to[2]) + (column * _to[3]));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ModelException NoImage(double number) => new(new Finding(Codes.ShapeMismatch, "",
        $"'{node}': a region is of image {number}, expected 0 to {x.Shape[0] - 1}"));
}

/// <summary>Means of samples.</summary>
sealed unsafe class RegionAlignStep<E>(
    LaneWidth lanes, string node, ValueBuffer output, ValueBuffer x, ValueBuffer regions, RegionPool op, int samples,
    bool aligned, bool ownChannels) : RegionStep<E>(node, output, x, regions, op)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Neighbours that are blended at once.
    const int Block = 64 * BilinearPlace.Most;

    /// <inheritdoc/>
    protected override void Cell(E* image, ReadOnlySpan<double> region, int row, int column, E* y)
    {
        double half = aligned || ownChannels ? 0.5 : 0;
        double left = (region[0] * Grid.Scale) - half, top = (region[1] * Grid.Scale) - half;
        double width = (region[2] * Grid.Scale) - half - left, height = (region[3] * Grid.Scale) - half - top;
        // Without the half element a region is at least one element wide.
        if (half == 0) (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        var rows = new Samples(top, height / Grid.Height, row, samples, Image.H);
        var columns = new Samples(left, width / Grid.Width, column, samples, Image.W);
        double count = rows.Count * columns.Count;
        if (!ownChannels) count = Math.Max(count, 1);
        for (int c = 0; c < Channels; c++) y[c] = count > 0 ? E.Zero : E.NaN;
        if (!(count > 0)) return;
        Span<nint> offsets = stackalloc nint[Block];
        Span<double> weights = stackalloc double[Block];
        int filled = 0;
        for (long i = rows.First; i < rows.End; i++)
        {
            for (long j = columns.First; j < columns.End; j++)
            {
                filled += BilinearPlace.Inside(
                    rows.At(i), columns.At(j), Image, 1 / count, offsets[filled..], weights[filled..]);
                if (filled + BilinearPlace.Most <= Block) continue;
                Blended(image, offsets[..filled], weights[..filled], row, column, y);
                filled = 0;
            }
        }
        if (filled > 0) Blended(image, offsets[..filled], weights[..filled], row, column, y);
    }

    void Blended(E* image, ReadOnlySpan<nint> offsets, ReadOnlySpan<double> weights, int row, int column, E* y)
    {
        if (ownChannels)
        {
            int cells = Grid.Height * Grid.Width, own = (row * Grid.Width) + column;
            for (int c = 0; c < Channels; c++)
            {
                E sum = y[c];
                for (int i = 0; i < offsets.Length; i++)
                {
                    sum = E.FusedMultiplyAdd(
                        E.CreateTruncating(weights[i]), image[offsets[i] + ((nint)c * cells) + own], sum);
                }
                y[c] = sum;
            }
            return;
        }
        Span<E> rounded = stackalloc E[Block];
        for (int i = 0; i < weights.Length; i++) rounded[i] = E.CreateTruncating(weights[i]);
        Blend.Run(lanes, image, offsets, rounded[..weights.Length], Channels, y, add: true);
    }

    /// <summary>The samples of a cell along one axis, of which those far outside are never looked at: a region may be
    /// larger than any image.</summary>
    readonly struct Samples
    {
        readonly double _start, _step;

        public Samples(double start, double cell, int at, int samples, int extent)
        {
            // As many as the cell spans elements, where nothing else is said.
            Count = samples > 0 ? samples : Math.Ceiling(cell);
            _step = cell / Count;
            _start = start + (at * cell);
            if (!(Count > 0) || !double.IsFinite(_start) || !double.IsFinite(_step)) return;
            (First, End) = (0, (long)Math.Min(Count, 1L << 52));
            if (!(_step > 0)) return;
            // One more at either end than can be inside, which rounding may ask for.
            First = (long)Math.Clamp(Math.Floor((-1 - _start) / _step) - 2, 0, End);
            End = (long)Math.Clamp(Math.Ceiling((extent - _start) / _step) + 2, First, End);
        }

        /// <summary>How many there are.</summary>
        public double Count { get; }

        /// <summary>The first that may be inside.</summary>
        public long First { get; }

        /// <summary>The first behind these.</summary>
        public long End { get; }

        /// <summary>Where one lies.</summary>
        public double At(long index) => _start + ((index + 0.5) * _step);
    }
}

/// <summary>Largest elements, or means, of cells with whole elements.</summary>
sealed unsafe class RegionPoolStep<E>(
    string node, ValueBuffer output, ValueBuffer x, ValueBuffer regions, RegionPool op, bool means)
    : RegionStep<E>(node, output, x, regions, op) where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <inheritdoc/>
    protected override void Cell(E* image, ReadOnlySpan<double> region, int row, int column, E* y)
    {
        var (top, bottom) = Along(region[1], region[3], row, Grid.Height, Image.H);
        var (left, right) = Along(region[0], region[2], column, Grid.Width, Image.W);
        int cells = means ? Grid.Height * Grid.Width : 1, own = means ? (row * Grid.Width) + column : 0;
        bool empty = bottom <= top || right <= left;
        for (int c = 0; c < Channels; c++)
        {
            // torchvision starts from the smallest float32 in float64 too.
            double sum = 0;
            E most = empty ? E.Zero : E.CreateTruncating(float.MinValue);
            for (int h = top; h < bottom; h++)
            {
                for (int w = left; w < right; w++)
                {
                    E element = image[(h * Image.RowStride) + (w * Image.PixelStride) + ((nint)c * cells) + own];
                    if (means) sum += double.CreateTruncating(element);
                    else if (element > most) most = element;
                }
            }
            y[c] = !means ? most : empty ? E.Zero
                : E.CreateTruncating(sum / ((double)(bottom - top) * (right - left)));
        }
    }

    // The elements of a cell along one axis.
    (int First, int End) Along(double low, double high, int at, int count, int extent)
    {
        double first = Rounded(low), end = Rounded(high);
        // The last element of a region is part of it where the largest is looked for.
        double cell = Math.Max(means ? end - first : end - first + 1, 1) / count;
        // What lies outside is cut off, and so is the last element of an image where means are taken.
        int most = means ? extent - 1 : extent;
        return (Inside(Math.Floor(at * cell) + first, most), Inside(Math.Ceiling((at + 1) * cell) + first, most));
    }

    double Rounded(double place) => Math.Round(place * Grid.Scale, MidpointRounding.AwayFromZero);

    // What is no number is nowhere.
    static int Inside(double place, int most) => place > 0 ? (int)Math.Min(place, most) : 0;
}

/// <summary>A convolution with taps that are moved; a piece is one row of the result.</summary>
sealed unsafe class DeformConvStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x, _weight, _offset, _mask, _bias;
    readonly DeformConv2d _op;
    readonly nint[] _weights, _offsets, _masks;
    readonly int _channels, _taps;

    /// <summary>A step; input and result lie channels last, all others anyhow.</summary>
    public DeformConvStep(StepSite<E> site)
    {
        _op = (DeformConv2d)site.Op;
        (_lanes, _output, _x) = (site.Lanes, site.Output(), site.Input(0));
        (_weight, _offset, _mask, _bias) = (site.Input(1), site.Input(2), site.Input(3), site.Input(4));
        (_weights, _offsets, _masks) =
            (_weight.LogicalStrides(), _offset.LogicalStrides(), _op.UsesMask ? _mask.LogicalStrides() : []);
        _channels = _x.Shape[1];
        _taps = _weight.Shape[2] * _weight.Shape[3];
    }

    /// <inheritdoc/>
    public override long Pieces => _output.Pixels.Rows;

    /// <summary>What the taps of one pixel read, tap by tap.</summary>
    public override nint ScratchBytes => (nint)_taps * _channels * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("deformed convolution", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        var (from, to) = (_x.Pixels, _output.Pixels);
        E* read = frame.Scratch<E>(), weight = frame.At<E>(_weight), bias = frame.At<E>(_bias);
        int outputs = _output.Shape[1], perGroup = outputs / _op.Groups, channels = _channels / _op.Groups;
        for (long piece = first; piece < last; piece++)
        {
            var (n, _, oh) = to.PlaceOf((int)piece);
            E* image = frame.Start<E>(_x) + from.Index(n, 0, 0);
            E* y = frame.Start<E>(_output) + to.Index(n, oh, 0);
            for (int ow = 0; ow < to.W; ow++, y += to.PixelStride)
            {
                for (int group = 0; group < _op.OffsetGroups; group++)
                    Read(frame, image, n, oh, ow, group, read);
                for (int o = 0; o < outputs; o++)
                {
                    E sum = E.Zero;
                    int start = o / perGroup * channels;
                    for (int tap = 0; tap < _taps; tap++)
                    {
                        E* kernel = weight + (o * _weights[0]) + (tap / _weight.Shape[3] * _weights[2])
                            + (tap % _weight.Shape[3] * _weights[3]);
                        E* pixel = read + ((nint)tap * _channels) + start;
                        for (int c = 0; c < channels; c++)
                            sum = E.FusedMultiplyAdd(kernel[c * _weights[1]], pixel[c], sum);
                    }
                    y[o] = sum + bias[o * _bias.StrideOf(0)];
                }
            }
        }
    }

    // What all taps of one group of channels read.
    void Read(in Frame frame, E* image, int n, int oh, int ow, int group, E* read)
    {
        Span<nint> offsets = stackalloc nint[BilinearPlace.Most];
        Span<double> weights = stackalloc double[BilinearPlace.Most];
        Span<E> rounded = stackalloc E[BilinearPlace.Most];
        int channels = _channels / _op.OffsetGroups, columns = _weight.Shape[3];
        E* moved = frame.At<E>(_offset) + (n * _offsets[0]) + (oh * _offsets[2]) + (ow * _offsets[3]);
        E* mask = _op.UsesMask ? frame.At<E>(_mask) + (n * _masks[0]) + (oh * _masks[2]) + (ow * _masks[3]) : null;
        for (int tap = 0; tap < _taps; tap++)
        {
            int at = (group * _taps) + tap;
            double down = double.CreateTruncating(moved[2 * at * _offsets[1]]);
            double across = double.CreateTruncating(moved[((2 * at) + 1) * _offsets[1]]);
            double row = (oh * _op.Stride[0]) - _op.Padding[0] + (tap / columns * _op.Dilation[0]) + down;
            double column = (ow * _op.Stride[1]) - _op.Padding[1] + (tap % columns * _op.Dilation[1]) + across;
            double factor = mask == null ? 1 : double.CreateTruncating(mask[at * _masks[1]]);
            int count = BilinearPlace.Anywhere(row, column, _x.Pixels, factor, offsets, weights);
            for (int i = 0; i < count; i++) rounded[i] = E.CreateTruncating(weights[i]);
            Blend.Run(
                _lanes, image + (group * channels), offsets[..count], rounded[..count], channels,
                read + ((nint)tap * _channels) + (group * channels), add: false);
        }
    }
}
