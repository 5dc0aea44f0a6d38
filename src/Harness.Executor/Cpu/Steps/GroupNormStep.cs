using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>A norm by the mean and variance of some channels of an image, or of all images, channels innermost, with
/// all that its tail adds. Whole groups of channels are a piece.</summary>
/// <remarks>
/// <para>Sums run channel by channel, side by side in registers: the pixels of a plane as <see cref="Reduce"/> adds
/// them, plane after plane, and then, in double, channel after channel of a group. The mean as it rounds is subtracted
/// first, and what it is off by, the mean of <c>x - mean</c>, is part of what is added last: see
/// <see cref="BlockNorm"/>. The variance is that of <c>x - mean</c>, less the square of that.</para>
/// <para>No bit depends on how channels are cut into pieces, on a halo, or on lanes.</para>
/// </remarks>
sealed unsafe class GroupNormStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Whole registers at every width, and few enough that several threads share an image.
    const int LeastChannels = 64;

    // Pixels that share the constants while these are in registers.
    const int PixelRun = 8;

    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly BufferLayout _to, _from;
    readonly TailEpilogue<E> _tail;
    readonly ChannelOperand<E> _scale, _shift;
    readonly double _eps;
    // Channels that share statistics, channels of a piece, pieces of an image, images that share statistics.
    readonly int _together, _part, _parts, _images;
    // Rows of features: each is an image of one pixel.
    readonly bool _features;

    /// <summary>A step of a node that is a <see cref="Normalizing"/>.</summary>
    public GroupNormStep(StepSite<E> site)
    {
        var op = (Normalizing)site.Op;
        (_lanes, _output, _x, _eps) = (site.Lanes, site.Output(), site.Input(0), op.Eps);
        (_to, _from) = (_output.Rows, _x.Rows);
        // Whatever all images share is found along one row of them.
        _features = !BufferLayout.Holds(_output.Physical.Rank) && !op.ImagesTogether;
        if (_features) (_to, _from) = (AsImages(_to), AsImages(_from));
        _tail = new TailEpilogue<E>(site);
        _scale = op.Scale ? ChannelOperand<E>.Of(site, 1) : ChannelOperand<E>.Absent(1);
        _shift = op.Bias ? ChannelOperand<E>.Of(site, op.Scale ? 2 : 1) : ChannelOperand<E>.Absent(0);
        _together = Math.Max(1, op.ChannelsTogether(_to.C));
        _part = (Math.Min(LeastChannels, Math.Max(1, _to.C)) + _together - 1) / _together * _together;
        _parts = (_to.C + _part - 1) / _part;
        _images = op.ImagesTogether ? _to.N : 1;
        Pieces = _x.Shape.Elements == 0 ? 0 : (long)(_to.N / Math.Max(1, _images)) * _parts;
    }

    // Rows of features lie as pixels of one row.
    static BufferLayout AsImages(in BufferLayout rows) =>
        rows with { N = rows.W, W = 1, ImagePitch = rows.PixelStride };

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes => 5 * (nint)_part * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("group norm", CostModel.Plain) { WeightBytes = _tail.Bytes };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        var epilogue = _tail.On(frame, stages);
        E* center = frame.Scratch<E>();
        for (long piece = first; piece < last; piece++)
        {
            int image = (int)Math.DivRem(piece, _parts, out long part) * _images, channel = (int)part * _part;
            int channels = Math.Min(_part, _to.C - channel);
            Derive(frame, image, channel, channels, center, center + _part, center + (2 * _part));
            Apply(frame, epilogue, image, channel, channels, center);
        }
    }

    // -mean, scale / √(variance + eps) and what is added last, by channel of the piece.
    void Derive(in Frame frame, int image, int channel, int channels, E* center, E* factor, E* shift)
    {
        E* sums = shift + _part, plane = sums + _part, mean = factor;
        double count = (double)_images * _from.D * _from.H * _from.W * _together;
        Sum<SumReduction>(frame, image, channel, channels, null, sums, plane);
        for (int c = 0; c < channels; c += _together)
            Fill(mean + c, E.CreateTruncating(OfGroup(sums + c) / count));
        Sum<ShiftReduction>(frame, image, channel, channels, mean, sums, plane);
        // Kept where the shift will stand: what the rounded mean is off by.
        for (int c = 0; c < channels; c += _together) Fill(shift + c, E.CreateTruncating(OfGroup(sums + c) / count));
        Sum<DeviationReduction>(frame, image, channel, channels, mean, sums, plane);
        for (int c = 0; c < channels; c += _together)
        {
            double off = double.CreateTruncating(shift[c]);
            double inverse = 1 / Math.Sqrt((OfGroup(sums + c) / count) - (off * off) + _eps);
            for (int i = c; i < c + _together; i++)
            {
                double by = _scale.At(frame, channel + i) * inverse;
                center[i] = -mean[i];
                factor[i] = E.CreateTruncating(by);
                shift[i] = E.CreateTruncating(_shift.At(frame, channel + i) - (off * by));
            }
        }
    }

    double OfGroup(E* sums)
    {
        double total = 0;
        for (int c = 0; c < _together; c++) total += double.CreateTruncating(sums[c]);
        return total;
    }

    void Fill(E* channels, E value) => new Span<E>(channels, _together).Fill(value);

    // Σ over the planes of the images that share statistics.
    void Sum<TOp>(in Frame frame, int image, int channel, int channels, E* centre, E* sums, E* plane)
        where TOp : struct, IReduction
    {
        E* x = frame.Start<E>(_x) + channel;
        // One row is so many rows of a pixel: a run of single channels joins as those of wider pixels do.
        var shape = _from.H == 1
            ? new ReduceShape(1, _from.W, 1, channels, 0, _from.PixelStride, 0, channels)
            : new ReduceShape(1, _from.H, _from.W, channels, 0, _from.RowStride, _from.PixelStride, channels);
        new Span<E>(sums, channels).Clear();
        for (int n = image; n < image + _images; n++)
        {
            for (int d = 0; d < _from.D; d++)
            {
                Reduce.Run<TOp, E>(_lanes, shape, 0, 1, x + _from.Index(n, d, 0, 0), plane, E.One, centre);
                for (int c = 0; c < channels; c++) sums[c] += plane[c];
            }
        }
    }

    void Apply(in Frame frame, in Epilogue<E> epilogue, int image, int channel, int channels, E* center)
    {
        var residual = epilogue.ResidualLayout;
        EpilogueTile<E> tile = default;
        tile.SumStride = _from.PixelStride;
        tile.OutputStride = _to.PixelStride;
        tile.Columns = channels;
        tile.Bias = center;
        tile.Scale = center + _part;
        tile.Shift = center + (2 * _part);
        tile.Scalars = epilogue.Scalars;
        tile.ResidualStride = residual.PixelStride;
        int rows = _to.D * _to.H;
        for (int row = image * rows; row < (image + _images) * rows; row++)
        {
            var (n, d, h) = _to.PlaceOf(row);
            for (int w = 0; w < _to.W; w += PixelRun)
            {
                tile.Rows = Math.Min(PixelRun, _to.W - w);
                tile.Sums = frame.Start<E>(_x) + _from.Index(n, d, h, w) + channel;
                tile.Output = frame.Start<E>(_output) + _to.Index(n, d, h, w) + channel;
                var (image0, column) = _features ? (0, n) : (n, w);
                if (epilogue.Residual != null)
                    tile.Residual = epilogue.Residual + residual.Index(image0, d, h, column) + channel;
                epilogue.Finish(&tile);
                if (epilogue.StageCount > 0) epilogue.Continue(&tile, image0, d, h, column, 1, channel);
            }
        }
    }
}
