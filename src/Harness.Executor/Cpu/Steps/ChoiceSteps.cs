using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A comparison of two elements.</summary>
interface IComparison
{
    /// <summary>Whether they compare.</summary>
    static abstract bool Holds<T>(T x, T y) where T : unmanaged, INumber<T>;
}

/// <summary><c>x == y</c>.</summary>
readonly struct Equal : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x == y;
}

/// <summary><c>x != y</c>.</summary>
readonly struct NotEqual : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x != y;
}

/// <summary><c>x &gt; y</c>.</summary>
readonly struct Greater : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x > y;
}

/// <summary><c>x &gt;= y</c>.</summary>
readonly struct GreaterOrEqual : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x >= y;
}

/// <summary><c>x &lt; y</c>.</summary>
readonly struct Less : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x < y;
}

/// <summary><c>x &lt;= y</c>.</summary>
readonly struct LessOrEqual : IComparison
{
    public static bool Holds<T>(T x, T y) where T : unmanaged, INumber<T> => x <= y;
}

/// <summary>Whether elements compare, operands broadcast to the result's shape.</summary>
sealed unsafe class ComparisonStep<TOp, T> : Step
    where TOp : struct, IComparison
    where T : unmanaged, INumber<T>
{
    readonly ValueBuffer _output, _x;
    readonly ValueBuffer? _y;
    readonly T _number;
    readonly Traversal _over;

    /// <summary>A step; without <paramref name="y"/> the second operand is <paramref name="number"/>.</summary>
    public ComparisonStep(ValueBuffer output, ValueBuffer x, ValueBuffer? y, T number)
    {
        (_output, _x, _y, _number) = (output, x, y, number);
        _over = Traversal.Of(
            output.Physical.AsSpan(), output.Strides, Strided.As(x, output), Strided.As(y ?? x, output));
    }

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("compare", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        byte* output = frame.At<byte>(_output);
        T* x = frame.At<T>(_x), y = _y is null ? null : frame.At<T>(_y);
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                byte* to = output + rows.Offset[0] + (row * rows.RowStride[0]);
                T* one = x + rows.Offset[1] + (row * rows.RowStride[1]);
                nint other = rows.Offset[2] + (row * rows.RowStride[2]);
                for (int i = 0; i < rows.Length; i++)
                {
                    bool holds = TOp.Holds(
                        one[i * rows.Stride[1]], y == null ? _number : y[other + (i * rows.Stride[2])]);
                    to[i * rows.Stride[0]] = holds ? (byte)1 : (byte)0;
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>One of two terms by a condition, operands broadcast to the result's shape.</summary>
sealed unsafe class WhereStep<T> : Step where T : unmanaged, INumber<T>
{
    readonly ValueBuffer _output, _condition;
    readonly ValueBuffer? _x, _y;
    readonly T _one, _other;
    readonly Traversal _over;

    /// <summary>A step; a term without a buffer is its number.</summary>
    public WhereStep(
        ValueBuffer output, ValueBuffer condition, ValueBuffer? x, ValueBuffer? y, T one, T other)
    {
        (_output, _condition, _x, _y, _one, _other) = (output, condition, x, y, one, other);
        _over = Traversal.Of(output.Physical.AsSpan(), output.Strides, Strided.As(condition, output),
            Strided.As(x ?? condition, output), Strided.As(y ?? condition, output));
    }

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("where", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        T* output = frame.At<T>(_output);
        byte* condition = frame.At<byte>(_condition);
        T* x = _x is null ? null : frame.At<T>(_x), y = _y is null ? null : frame.At<T>(_y);
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                T* to = output + rows.Offset[0] + (row * rows.RowStride[0]);
                byte* holds = condition + rows.Offset[1] + (row * rows.RowStride[1]);
                nint one = rows.Offset[2] + (row * rows.RowStride[2]);
                nint other = rows.Offset[3] + (row * rows.RowStride[3]);
                for (int i = 0; i < rows.Length; i++)
                {
                    to[i * rows.Stride[0]] = holds[i * rows.Stride[1]] != 0
                        ? (x == null ? _one : x[one + (i * rows.Stride[2])])
                        : y == null ? _other : y[other + (i * rows.Stride[3])];
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>Whether any, or all, of the Booleans along axes hold.</summary>
sealed unsafe class FlagReductionStep : Step
{
    readonly ValueBuffer _output, _x;
    readonly bool _all;
    readonly List<(int Extent, nint From, nint To)> _kept = [];
    readonly List<(int Extent, nint From)> _reduced = [];
    readonly long _length = 1;

    /// <summary>A step along the logical axes <paramref name="axes"/>.</summary>
    public FlagReductionStep(ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes, bool all)
    {
        (_output, _x, _all) = (output, x, all);
        bool keepDims = output.Shape.Rank == x.Shape.Rank;
        Pieces = 1;
        int gone = 0;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (axes.Contains(axis))
            {
                _reduced.Add((x.Shape[axis], x.StrideOf(axis)));
                _length *= x.Shape[axis];
                gone++;
                continue;
            }
            _kept.Add((x.Shape[axis], x.StrideOf(axis), output.StrideOf(keepDims ? axis : axis - gone)));
            Pieces *= x.Shape[axis];
        }
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new(_all ? "all" : "any", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        byte* x = frame.At<byte>(_x), y = frame.At<byte>(_output);
        for (long piece = first; piece < last; piece++)
        {
            nint from = 0, to = 0;
            long index = piece;
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                index = Math.DivRem(index, _kept[i].Extent, out long at);
                from += (nint)at * _kept[i].From;
                to += (nint)at * _kept[i].To;
            }
            bool holds = _all;
            for (long element = 0; element < _length && holds == _all; element++)
            {
                nint offset = from;
                index = element;
                for (int i = _reduced.Count - 1; i >= 0; i--)
                {
                    index = Math.DivRem(index, _reduced[i].Extent, out long at);
                    offset += (nint)at * _reduced[i].From;
                }
                holds = x[offset] != 0;
            }
            y[to] = holds ? (byte)1 : (byte)0;
        }
    }
}
