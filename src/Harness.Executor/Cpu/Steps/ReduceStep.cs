using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>A step whose results are numbers of all elements along some axes of a value: kept axes are walked, reduced
/// ones handed to the kernel.</summary>
abstract unsafe class ReducingStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _x;
    readonly ValueBuffer? _second;
    readonly List<(int Extent, nint From, nint To, nint Second)> _kept = [];
    readonly List<(int Extent, nint From)> _outerReduced = [];
    readonly ReduceShape _shape;
    readonly int _parts, _rows;

    // Channels of one piece: whole registers at every width, and few enough that a plane alone keeps several threads
    // busy.
    const int Part = 64;

    /// <summary>A step that reduces the logical axes <paramref name="axes"/>.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="output">The result.</param>
    /// <param name="second">A second result of the same shape; or null.</param>
    /// <param name="x">The operand.</param>
    /// <param name="axes">Its reduced axes.</param>
    /// <param name="rows">How many rows of scratch, each as long as a piece has results, the step wants.</param>
    protected ReducingStep(
        LaneWidth lanes, ValueBuffer output, ValueBuffer? second, ValueBuffer x, ReadOnlySpan<int> axes, int rows = 0)
    {
        (Lanes, _output, _second, _x) = (lanes, output, second, x);
        bool keepDims = output.Shape.Rank == x.Shape.Rank;
        var reduced = ReductionOrder.Reduced(x, x.Strides, axes);
        for (int j = 0; j < x.Physical.Rank; j++)
        {
            int axis = x.Layout[j], extent = x.Physical[j];
            nint from = x.Strides[j];
            if (axes.Contains(axis) || extent == 1) continue;
            int removed = 0;
            if (!keepDims)
                foreach (int gone in axes)
                    if (gone < axis) removed++;
            nint to = output.StrideOf(axis - removed);
            _kept.Add((extent, from, to, second?.StrideOf(axis - removed) ?? to));
        }
        // Channels beside each other reduce in registers; everything else one result at a time.
        int inner = 1;
        if (_kept.Count > 0 && _kept[^1] is { From: 1, To: 1, Second: 1 } channels)
        {
            inner = channels.Extent;
            _kept.RemoveAt(_kept.Count - 1);
        }
        int outer = reduced.Count > 1 ? reduced[^2].Extent : 1, length = reduced.Count > 0 ? reduced[^1].Extent : 1;
        nint rowStride = reduced.Count > 1 ? reduced[^2].From : 0, stride = reduced.Count > 0 ? reduced[^1].From : 1;
        _shape = new ReduceShape(1, outer, length, inner, 0, rowStride, stride, 0);
        if (reduced.Count > 2) _outerReduced.AddRange(reduced[..^2]);
        _parts = _outerReduced.Count == 0 ? Math.Max(1, (inner + Part - 1) / Part) : 1;
        _rows = rows + (_outerReduced.Count == 0 ? 0 : 1);
        Pieces = _parts;
        foreach (var (extent, _, _, _) in _kept) Pieces *= extent;
    }

    /// <summary>Register width.</summary>
    protected LaneWidth Lanes { get; }

    /// <inheritdoc/>
    public sealed override long Pieces { get; }

    /// <inheritdoc/>
    public sealed override nint ScratchBytes => (nint)_rows * _shape.Inner * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("reduce", CostModel.Plain);

    /// <summary>Some results side by side.</summary>
    /// <param name="shape">What is reduced.</param>
    /// <param name="x">The first element.</param>
    /// <param name="y">The first result.</param>
    /// <param name="second">The first of the second result, where there is one.</param>
    /// <param name="scratch">The rows of scratch, <see cref="ReduceShape.Inner"/> elements each.</param>
    protected abstract void Piece(in ReduceShape shape, E* x, E* y, E* second, E* scratch);

    /// <inheritdoc/>
    public sealed override void Run(in Frame frame, long first, long last)
    {
        E* x = frame.At<E>(_x), y = frame.At<E>(_output), other = _second is null ? y : frame.At<E>(_second);
        for (long piece = first; piece < last; piece++)
        {
            nint from = 0, to = 0, second = 0;
            long index = Math.DivRem(piece, _parts, out long part);
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                index = Math.DivRem(index, _kept[i].Extent, out long at);
                from += (nint)at * _kept[i].From;
                to += (nint)at * _kept[i].To;
                second += (nint)at * _kept[i].Second;
            }
            int channel = (int)part * Part;
            var shape = _parts > 1 ? _shape with { Inner = Math.Min(Part, _shape.Inner - channel) } : _shape;
            Piece(shape, x + from + channel, y + to + channel, other + second + channel, frame.Scratch<E>());
        }
    }

    /// <summary>One pass over the elements.</summary>
    /// <param name="shape">What is reduced.</param>
    /// <param name="x">The first element.</param>
    /// <param name="y">The first result.</param>
    /// <param name="scratch">The piece's scratch.</param>
    /// <param name="divisor">What every result is divided by.</param>
    /// <param name="centre">What the reduction is told of each result; or null.</param>
    protected void Pass<TOp>(in ReduceShape shape, E* x, E* y, E* scratch, E divisor, E* centre = null)
        where TOp : struct, IReduction
    {
        if (_outerReduced.Count == 0)
        {
            Reduce.Run<TOp, E>(Lanes, shape, 0, 1, x, y, divisor, centre);
            return;
        }
        // More than two reduced axes that do not merge: planes one after another, in index order.
        E* plane = scratch + ((nint)(_rows - 1) * _shape.Inner);
        long planes = 1;
        foreach (var (extent, _) in _outerReduced) planes *= extent;
        for (int c = 0; c < shape.Inner; c++) Lanes1<E>.Store(TOp.Identity<Lanes1<E>, E>(), y + c);
        for (long p = 0; p < planes; p++)
        {
            nint offset = 0;
            long index = p;
            for (int i = _outerReduced.Count - 1; i >= 0; i--)
            {
                index = Math.DivRem(index, _outerReduced[i].Extent, out long at);
                offset += (nint)at * _outerReduced[i].From;
            }
            Reduce.Run<TOp, E>(Lanes, shape, 0, 1, x + offset, plane, E.One, centre);
            for (int c = 0; c < shape.Inner; c++)
                Lanes1<E>.Store(TOp.Combine<Lanes1<E>, E>(Lanes1<E>.Load(y + c), Lanes1<E>.Load(plane + c)), y + c);
        }
        if (divisor == E.One) return;
        for (int c = 0; c < shape.Inner; c++) y[c] /= divisor;
    }
}

/// <summary>A reduction, its results divided and then brought to an end by a function.</summary>
sealed unsafe class ReduceStep<TOp, TEnd, E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes, E divisor, Scalars<E> scalars = default)
    : ReducingStep<E>(lanes, output, null, x, axes)
    where TOp : struct, IReduction
    where TEnd : struct, IUnary
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <inheritdoc/>
    protected override void Piece(in ReduceShape shape, E* x, E* y, E* second, E* scratch)
    {
        Pass<TOp>(shape, x, y, scratch, divisor);
        if (typeof(TEnd) == typeof(Map.Identity)) return;
        for (int c = 0; c < shape.Inner; c++)
            Lanes1<E>.Store(Map.Apart<TEnd, Lanes1<E>, E>(Lanes1<E>.Load(y + c), scalars), y + c);
    }
}

/// <summary>Σ |x|^p to the power 1 / p.</summary>
sealed unsafe class PowerNormStep<E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes, double order)
    : ReducingStep<E>(lanes, output, null, x, axes, rows: 1)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <inheritdoc/>
    public override StepCost Cost => new("reduce powers", CostModel.Transcendental);

    /// <inheritdoc/>
    protected override void Piece(in ReduceShape shape, E* x, E* y, E* second, E* scratch)
    {
        new Span<E>(scratch, shape.Inner).Fill(E.CreateTruncating(order));
        Pass<PowerReduction>(shape, x, y, scratch, E.One, centre: scratch);
        var root = Lanes1<E>.Of(1 / order);
        for (int c = 0; c < shape.Inner; c++)
            Lanes1<E>.Store(LanePowers.Pow<Lanes1<E>, E>(Lanes1<E>.Load(y + c), root), y + c);
    }
}

/// <summary>log Σ exp(x).</summary>
sealed unsafe class LogSumExpStep<E>(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes)
    : ReducingStep<E>(lanes, output, null, x, axes, rows: 1)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <inheritdoc/>
    public override StepCost Cost => new("reduce exponentials", CostModel.Transcendental);

    /// <inheritdoc/>
    protected override void Piece(in ReduceShape shape, E* x, E* y, E* second, E* scratch)
    {
        Pass<MaxReduction>(shape, x, scratch, scratch, E.One);
        // The distance of two infinities is no number.
        for (int c = 0; c < shape.Inner; c++)
            if (E.IsInfinity(scratch[c])) scratch[c] = E.Zero;
        Pass<ExponentialReduction>(shape, x, y, scratch, E.One, centre: scratch);
        for (int c = 0; c < shape.Inner; c++)
        {
            var log = LaneMath.Log<Lanes1<E>, E>(Lanes1<E>.Load(y + c));
            Lanes1<E>.Store(log + Lanes1<E>.Load(scratch + c), y + c);
        }
    }
}

/// <summary>Variances, or their roots, and the means besides where there is a place for them.</summary>
/// <remarks>m is the mean as it rounds and d the mean of x − m, as in <see cref="BlockNorm"/>: the squares of x − m
/// less n d² are those of x − (m + d).</remarks>
sealed unsafe class VarStep<E>(
    LaneWidth lanes, ValueBuffer output, ValueBuffer? means, ValueBuffer x, ReadOnlySpan<int> axes, double count,
    double correction, bool root)
    : ReducingStep<E>(lanes, output, means, x, axes, rows: 2)
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly bool _hasMeans = means is not null;

    /// <inheritdoc/>
    protected override void Piece(in ReduceShape shape, E* x, E* y, E* second, E* scratch)
    {
        E n = E.CreateTruncating(count), divisor = E.CreateTruncating(Math.Max(0, count - correction));
        E* mean = scratch, off = scratch + shape.Inner;
        Pass<SumReduction>(shape, x, mean, scratch, n);
        Pass<ShiftReduction>(shape, x, off, scratch, n, centre: mean);
        Pass<DeviationReduction>(shape, x, y, scratch, E.One, centre: mean);
        for (int c = 0; c < shape.Inner; c++)
        {
            // Equal elements leave rounding alone, which may be below 0; NaN stays.
            E squares = y[c] - (off[c] * off[c] * n);
            E variance = (squares < E.Zero ? E.Zero : squares) / divisor;
            y[c] = root ? E.Sqrt(variance) : variance;
            if (_hasMeans) second[c] = mean[c];
        }
    }
}

/// <summary>In which order a <see cref="ReducingStep{E}"/> meets the elements of a value: what decides the bits of
/// its results.</summary>
static class ReductionOrder
{
    /// <summary>The reduced axes in memory order; neighbours that continue each other are one.</summary>
    /// <param name="x">The value.</param>
    /// <param name="strides">Its strides in memory order, or those it might have.</param>
    /// <param name="axes">The reduced axes, logical.</param>
    public static List<(int Extent, nint From)> Reduced(ValueBuffer x, ReadOnlySpan<nint> strides,
        ReadOnlySpan<int> axes)
    {
        var reduced = new List<(int Extent, nint From)>();
        for (int j = 0; j < x.Physical.Rank; j++)
        {
            int extent = x.Physical[j];
            if (extent == 1 || !axes.Contains(x.Layout[j])) continue;
            nint from = strides[j];
            if (reduced.Count > 0 && reduced[^1].From == from * extent
                && (long)reduced[^1].Extent * extent <= int.MaxValue)
                reduced[^1] = (reduced[^1].Extent * extent, from);
            else reduced.Add((extent, from));
        }
        return reduced;
    }

    /// <summary>True when a value's elements join as those of one without gaps.</summary>
    public static bool IsThatOfDense(ValueBuffer x, ReadOnlySpan<int> axes)
    {
        nint[] dense = StridedCopy.ContiguousStrides(x.Physical.AsSpan());
        int inner = x.Physical.Rank - 1;
        while (inner >= 0 && (x.Physical[inner] == 1 || axes.Contains(x.Layout[inner]))) inner--;
        bool beside = inner >= 0 && x.Strides[inner] == 1;
        if (beside != (inner >= 0 && dense[inner] == 1)) return false;
        var (found, wanted) = (Reduced(x, x.Strides, axes), Reduced(x, dense, axes));
        // Columns side by side join row by row, however rows are counted.
        if (beside && found.Count <= 2 && wanted.Count <= 2) return true;
        if (found.Count != wanted.Count) return false;
        for (int i = 0; i < found.Count; i++)
            if (found[i].Extent != wanted[i].Extent || (found[i].From == 1) != (wanted[i].From == 1)) return false;
        return true;
    }
}
