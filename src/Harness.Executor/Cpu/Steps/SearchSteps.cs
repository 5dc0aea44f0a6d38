using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Before which element of a sorted row each value stands, by halving; a piece is one row of values.</summary>
sealed unsafe class SearchSortedStep<T, TIndex> : Step
    where T : unmanaged, INumber<T>
    where TIndex : unmanaged, IBinaryInteger<TIndex>
{
    readonly string _node;
    readonly ValueBuffer _output, _sorted;
    readonly ValueBuffer? _values, _sorter;
    readonly T _value;
    readonly bool _right;
    readonly int[] _outer;
    readonly nint[] _to, _from, _rows, _order;

    /// <summary>A step; every operand lies anyhow.</summary>
    /// <param name="node">The node's name, for messages.</param>
    /// <param name="output">The result.</param>
    /// <param name="sorted">The sorted rows.</param>
    /// <param name="values">The values; null for <paramref name="value"/>.</param>
    /// <param name="sorter">The order in which rows are sorted; null where they are.</param>
    /// <param name="value">The value where it is a number.</param>
    /// <param name="right">True where it stands behind its equals.</param>
    public SearchSortedStep(
        string node, ValueBuffer output, ValueBuffer sorted, ValueBuffer? values, ValueBuffer? sorter, T value,
        bool right)
    {
        (_node, _output, _sorted, _values, _sorter, _value, _right) =
            (node, output, sorted, values, sorter, value, right);
        _outer = output.Shape.Rank == 0 ? [] : output.Shape.AsSpan()[..^1].ToArray();
        _to = output.LogicalStrides();
        _from = values?.LogicalStrides() ?? [];
        // One row for all, or one for each.
        _rows = sorted.Shape.Rank == 1 ? [.. new nint[_outer.Length], sorted.StrideOf(0)] : sorted.LogicalStrides();
        _order = sorter is null ? _rows
            : sorter.Shape.Rank == 1 ? [.. new nint[_outer.Length], sorter.StrideOf(0)] : sorter.LogicalStrides();
    }

    /// <inheritdoc/>
    public override long Pieces
    {
        get
        {
            long rows = 1;
            foreach (int extent in _outer) rows *= extent;
            return rows;
        }
    }

    /// <inheritdoc/>
    public override StepCost Cost => new("search", CostModel.Transcendental);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        int length = _output.Shape.Rank == 0 ? 1 : _output.Shape[-1], extent = _sorted.Shape[-1];
        nint step = _output.Shape.Rank == 0 ? 0 : _to[^1], valueStep = _from.Length == 0 ? 0 : _from[^1];
        for (long piece = first; piece < last; piece++)
        {
            long rest = piece;
            nint to = 0, from = 0, row = 0, order = 0;
            for (int axis = _outer.Length - 1; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, _outer[axis], out long at);
                to += (nint)at * _to[axis];
                if (_values is not null) from += (nint)at * _from[axis];
                row += (nint)at * _rows[axis];
                order += (nint)at * _order[axis];
            }
            TIndex* target = frame.At<TIndex>(_output) + to;
            T* values = _values is null ? null : frame.At<T>(_values) + from, sorted = frame.At<T>(_sorted) + row;
            long* sorter = _sorter is null ? null : frame.At<long>(_sorter) + order;
            for (int i = 0; i < length; i++)
            {
                T value = values == null ? _value : values[i * valueStep];
                int low = 0, high = extent;
                while (low < high)
                {
                    int middle = low + ((high - low) / 2);
                    nint at = sorter == null ? middle : Placed(sorter[middle * _order[^1]], extent);
                    T element = sorted[at * _rows[^1]];
                    // A comparison with NaN does not hold: it stands behind all numbers, and so does what meets it.
                    if (_right ? !(element > value) : !(element >= value)) low = middle + 1;
                    else high = middle;
                }
                target[i * step] = TIndex.CreateTruncating(low);
            }
        }
    }

    nint Placed(long index, int extent) => (ulong)index < (ulong)extent ? (nint)index
        : throw new ModelException(new Finding(Codes.ShapeMismatch, "",
            $"'{_node}': sorter holds the index {index}, expected 0 to {extent - 1}"));
}

/// <summary>Distances between rows; a piece is one row of the first operand and all of the second.</summary>
sealed unsafe class CDistStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _a, _b;
    readonly double _order;
    readonly int[] _batch;
    readonly nint[] _of, _to;

    /// <summary>A step; operands lie anyhow, the result in PyTorch's order.</summary>
    public CDistStep(ValueBuffer output, ValueBuffer a, ValueBuffer b, double order)
    {
        (_output, _a, _b, _order) = (output, a, b, order);
        _batch = output.Shape.AsSpan()[..^2].ToArray();
        _of = Strides(a);
        _to = Strides(b);

        nint[] Strides(ValueBuffer x) => [
            .. Traversal.Broadcast(x.Shape.AsSpan()[..^2], x.LogicalStrides().AsSpan()[..^2], _batch),
            x.StrideOf(-2), x.StrideOf(-1)];
    }

    /// <inheritdoc/>
    public override long Pieces => _output.Shape[-1] == 0 ? 0 : _output.Shape.Elements / _output.Shape[-1];

    /// <inheritdoc/>
    public override StepCost Cost => new("distances", CostModel.Transcendental);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        int rows = _output.Shape[-1], length = _a.Shape[-1];
        for (long piece = first; piece < last; piece++)
        {
            long rest = Math.DivRem(piece, _output.Shape[-2], out long p);
            nint from = (nint)p * _of[^2], other = 0, to = (nint)p * _output.StrideOf(-2);
            for (int axis = _batch.Length - 1; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, _batch[axis], out long at);
                from += (nint)at * _of[axis];
                other += (nint)at * _to[axis];
                to += (nint)at * _output.StrideOf(axis);
            }
            E* a = frame.At<E>(_a) + from, b = frame.At<E>(_b) + other, target = frame.At<E>(_output) + to;
            for (int r = 0; r < rows; r++, b += _to[^2])
            {
                double sum = 0;
                for (int m = 0; m < length; m++)
                {
                    double x = double.CreateTruncating(a[m * _of[^1]]), y = double.CreateTruncating(b[m * _to[^1]]);
                    sum = Joined(sum, Math.Abs(x - y));
                }
                target[r * _output.StrideOf(-1)] = E.CreateTruncating(Rooted(sum));
            }
        }
    }

    double Joined(double sum, double difference) => _order switch
    {
        0 => difference == 0 ? sum : sum + 1,
        1 => sum + difference,
        2 => Math.FusedMultiplyAdd(difference, difference, sum),
        double.PositiveInfinity => double.IsNaN(difference) || difference > sum ? difference : sum,
        _ => sum + Power(difference, _order),
    };

    double Rooted(double sum) => _order switch
    {
        0 or 1 or double.PositiveInfinity => sum,
        2 => Math.Sqrt(sum),
        _ => Power(sum, 1 / _order),
    };

    // Our own: the platform's differ by machine.
    static double Power(double x, double exponent)
    {
        double power;
        Lanes1<double>.Store(
            LanePowers.Pow<Lanes1<double>, double>(Lanes1<double>.Splat(x), Lanes1<double>.Splat(exponent)), &power);
        return power;
    }
}

/// <summary>Logarithms of sums of exponentials so far, along an axis, in double.</summary>
sealed unsafe class LogCumsumExpStep<E>(ValueBuffer output, ValueBuffer x, int axis) : Step
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly AxisRows _rows = new(x, axis, output, output);

    /// <inheritdoc/>
    public override long Pieces => _rows.Count;

    /// <inheritdoc/>
    public override StepCost Cost => new("cumulate", CostModel.Transcendental);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long row = first; row < last; row++)
        {
            var (at, to, _) = _rows.At(row);
            E* from = frame.At<E>(x) + at, target = frame.At<E>(output) + to;
            double sum = double.NegativeInfinity;
            for (int i = 0; i < _rows.Length; i++)
            {
                var joined = LogAddExpOfTwo.Apply<Lanes1<double>, double>(
                    Lanes1<double>.Splat(sum), Lanes1<double>.Splat(double.CreateTruncating(from[i * _rows.Stride])),
                    default);
                Lanes1<double>.Store(joined, &sum);
                target[i * _rows.ToStride] = E.CreateTruncating(sum);
            }
        }
    }
}
