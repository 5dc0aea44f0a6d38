using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>The rows of a value along one axis, and where what is made of each begins in results that have the same
/// other axes.</summary>
sealed class AxisRows
{
    readonly List<(int Extent, nint From, nint To, nint Also)> _kept = [];

    /// <summary>Rows along a logical axis; it is there in the results, or gone.</summary>
    public AxisRows(ValueBuffer x, int axis, ValueBuffer to, ValueBuffer also)
    {
        int rank = x.Shape.Rank;
        bool gone = to.Shape.Rank < rank;
        Count = 1;
        Length = 1;
        for (int i = 0; i < rank; i++)
        {
            if (i == axis)
            {
                (Length, Stride) = (x.Shape[i], x.StrideOf(i));
                if (!gone) (ToStride, AlsoStride) = (to.StrideOf(i), also.StrideOf(i));
                continue;
            }
            int at = gone && i > axis ? i - 1 : i;
            _kept.Add((x.Shape[i], x.StrideOf(i), to.StrideOf(at), also.StrideOf(at)));
            Count *= x.Shape[i];
        }
    }

    /// <summary>How many rows there are.</summary>
    public long Count { get; }

    /// <summary>Elements of a row.</summary>
    public int Length { get; }

    /// <summary>From one element of a row to the next.</summary>
    public nint Stride { get; }

    /// <summary>The same in the first result.</summary>
    public nint ToStride { get; }

    /// <summary>The same in the second one.</summary>
    public nint AlsoStride { get; }

    /// <summary>Where a row begins.</summary>
    public (nint From, nint To, nint Also) At(long row)
    {
        nint from = 0, to = 0, also = 0;
        for (int i = _kept.Count - 1; i >= 0; i--)
        {
            row = Math.DivRem(row, _kept[i].Extent, out long at);
            from += (nint)at * _kept[i].From;
            to += (nint)at * _kept[i].To;
            also += (nint)at * _kept[i].Also;
        }
        return (from, to, also);
    }
}

/// <summary>Running sums or products along an axis, added up in <typeparamref name="TSum"/>.</summary>
sealed unsafe class CumulationStep<T, TSum>(ValueBuffer output, ValueBuffer x, int axis, bool product) : Step
    where T : unmanaged, INumber<T>
    where TSum : unmanaged, INumber<TSum>
{
    readonly AxisRows _rows = new(x, axis, output, output);

    /// <inheritdoc/>
    public override long Pieces => _rows.Count;

    /// <inheritdoc/>
    public override StepCost Cost => new("cumulate", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long row = first; row < last; row++)
        {
            var (at, to, _) = _rows.At(row);
            T* from = frame.At<T>(x) + at, target = frame.At<T>(output) + to;
            var sum = product ? TSum.One : TSum.Zero;
            for (int i = 0; i < _rows.Length; i++)
            {
                var element = TSum.CreateTruncating(from[i * _rows.Stride]);
                sum = product ? sum * element : sum + element;
                target[i * _rows.ToStride] = T.CreateTruncating(sum);
            }
        }
    }
}

/// <summary>The largest or smallest element along an axis and its first index.</summary>
sealed unsafe class ExtremeStep<T>(ValueBuffer? values, ValueBuffer indices, ValueBuffer x, int axis, bool smallest)
    : Step where T : unmanaged, INumber<T>
{
    readonly AxisRows _rows = new(x, axis, values ?? indices, indices);

    /// <inheritdoc/>
    public override long Pieces => _rows.Count;

    /// <inheritdoc/>
    public override StepCost Cost => new("extreme", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long row = first; row < last; row++)
        {
            var (at, to, also) = _rows.At(row);
            T* from = frame.At<T>(x) + at;
            long best = 0;
            for (int i = 1; i < _rows.Length; i++)
                if (Beats(from[i * _rows.Stride], from[(nint)best * _rows.Stride], smallest)) best = i;
            frame.At<long>(indices)[also] = best;
            if (values is not null) frame.At<T>(values)[to] = from[(nint)best * _rows.Stride];
        }
    }

    /// <summary>True where an element that comes later takes the place of the best one so far; NaN beats every
    /// number.</summary>
    public static bool Beats(T x, T best, bool smallest) =>
        T.IsNaN(x) ? !T.IsNaN(best) : smallest ? x < best : x > best;
}

/// <summary>The first index, in PyTorch's order, of the largest or smallest element of all.</summary>
sealed unsafe class FirstExtremeStep<T>(ValueBuffer index, ValueBuffer x, bool smallest) : Step
    where T : unmanaged, INumber<T>
{
    /// <inheritdoc/>
    public override long Pieces => 1;

    /// <inheritdoc/>
    public override StepCost Cost => new("extreme", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        T* from = frame.At<T>(x);
        var runs = new LogicalRuns(x);
        long at = 0, best = 0;
        T most = *from;
        foreach (nint run in runs)
        {
            for (int i = 0; i < runs.Length; i++, at++)
            {
                T element = from[run + (i * runs.Stride)];
                if (!ExtremeStep<T>.Beats(element, most, smallest)) continue;
                (best, most) = (at, element);
            }
        }
        *frame.At<long>(index) = best;
    }
}

/// <summary>The elements along an axis in order, all or the first of them, and their indices.</summary>
sealed unsafe class SortStep<T> : Step where T : unmanaged, INumber<T>
{
    readonly ValueBuffer? _values;
    readonly ValueBuffer _indices, _x;
    readonly AxisRows _rows;
    readonly int _count;
    readonly bool _descending;

    /// <summary>A step along the logical axis <paramref name="axis"/>.</summary>
    public SortStep(ValueBuffer? values, ValueBuffer indices, ValueBuffer x, int axis, bool descending)
    {
        (_values, _indices, _x, _descending) = (values, indices, x, descending);
        _rows = new AxisRows(x, axis, values ?? indices, indices);
        _count = indices.Shape.Rank == 0 ? 1 : indices.Shape[axis];
    }

    /// <inheritdoc/>
    public override long Pieces => _rows.Count;

    /// <summary>The indices of one row, twice.</summary>
    public override nint ScratchBytes => (nint)_rows.Length * 2 * sizeof(int);

    /// <inheritdoc/>
    public override StepCost Cost => new("sort", CostModel.Transcendental);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long row = first; row < last; row++)
        {
            var (at, to, also) = _rows.At(row);
            T* from = frame.At<T>(_x) + at;
            int* order = Sorted(from, frame.Scratch<int>());
            for (int i = 0; i < _count; i++)
            {
                frame.At<long>(_indices)[also + (i * _rows.AlsoStride)] = order[i];
                if (_values is not null)
                    frame.At<T>(_values)[to + (i * _rows.ToStride)] = from[order[i] * _rows.Stride];
            }
        }
    }

    // Runs of doubling length are merged: equal elements keep their order.
    int* Sorted(T* from, int* order)
    {
        int length = _rows.Length;
        int* spare = order + length;
        for (int i = 0; i < length; i++) order[i] = i;
        for (long run = 1; run < length; run *= 2)
        {
            for (long start = 0; start < length; start += 2 * run)
            {
                int left = (int)start, middle = (int)Math.Min(start + run, length);
                int right = middle, end = (int)Math.Min(start + (2 * run), length);
                for (int i = (int)start; i < end; i++)
                {
                    bool takesRight = left == middle || (right < end
                        && Before(from[order[right] * _rows.Stride], from[order[left] * _rows.Stride]));
                    spare[i] = takesRight ? order[right++] : order[left++];
                }
            }
            int* merged = spare;
            spare = order;
            order = merged;
        }
        return order;
    }

    bool Before(T x, T y) => _descending
        ? (T.IsNaN(x) ? !T.IsNaN(y) : x > y)
        : T.IsNaN(y) ? !T.IsNaN(x) : x < y;
}

/// <summary>Rows of zeros with a 1 at the place that an integer names.</summary>
sealed unsafe class OneHotStep(string node, ValueBuffer output, ValueBuffer x, int classes) : Step
{
    // The result lies in PyTorch's order.
    readonly Traversal _over = Traversal.Of(x.Shape.AsSpan(), output.Strides[..^1], x.LogicalStrides());

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("one-hot", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        long* to = frame.At<long>(output), from = frame.At<long>(x);
        var place = new PlaceIndex(x, [], x.Shape.Rank, classes, output.StrideOf(-1), Wraps: false);
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                for (int i = 0; i < rows.Length; i++)
                {
                    long* target = to + rows.Offset[0] + (row * rows.RowStride[0]) + (i * rows.Stride[0]);
                    for (int c = 0; c < classes; c++) target[c * place.Stride] = 0;
                    target[place.OffsetOf(
                        from[rows.Offset[1] + (row * rows.RowStride[1]) + (i * rows.Stride[1])], node)] = 1;
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>Matrices with zeros above or below a diagonal.</summary>
sealed unsafe class TriangleStep<T>(ValueBuffer output, ValueBuffer x, bool upper, int diagonal) : Step
    where T : unmanaged, INumber<T>
{
    readonly AxisRows _rows = new(x, x.Shape.Rank - 1, output, output);

    /// <inheritdoc/>
    public override long Pieces => _rows.Count;

    /// <inheritdoc/>
    public override StepCost Cost => new("triangle", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long piece = first; piece < last; piece++)
        {
            var (at, to, _) = _rows.At(piece);
            T* from = frame.At<T>(x) + at, target = frame.At<T>(output) + to;
            long row = piece % x.Shape[-2];
            for (int column = 0; column < _rows.Length; column++)
            {
                bool stays = upper ? column - row >= diagonal : column - row <= diagonal;
                target[column * _rows.ToStride] = stays ? from[column * _rows.Stride] : T.Zero;
            }
        }
    }
}
