using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>A function of integers, element by element: exact, so that no order matters.</summary>
sealed unsafe class IntegerStep<TOp, T> : Step
    where TOp : struct, IInteger
    where T : unmanaged, IBinaryInteger<T>
{
    readonly string _name;
    readonly ValueBuffer _output, _x;
    readonly ValueBuffer? _y;
    readonly T _number, _a, _b;
    readonly Traversal _over;

    /// <summary>A step; without <paramref name="y"/> the second operand is <paramref name="number"/>.</summary>
    public IntegerStep(string name, ValueBuffer output, ValueBuffer x, ValueBuffer? y, T number, T a, T b)
    {
        (_name, _output, _x, _y, _number, _a, _b) = (name, output, x, y, number, a, b);
        _over = Traversal.Of(
            output.Physical.AsSpan(), output.Strides, Strided.As(x, output), Strided.As(y ?? x, output));
    }

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"integers {_name}", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        T* output = frame.At<T>(_output), x = frame.At<T>(_x), y = _y is null ? null : frame.At<T>(_y);
        bool flags = _output.Type == ElementType.Bool;
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                T* to = output + rows.Offset[0] + (row * rows.RowStride[0]);
                T* one = x + rows.Offset[1] + (row * rows.RowStride[1]);
                nint other = rows.Offset[2] + (row * rows.RowStride[2]);
                for (int i = 0; i < rows.Length; i++)
                {
                    var value = TOp.Apply(
                        one[i * rows.Stride[1]], y == null ? _number : y[other + (i * rows.Stride[2])], _a, _b);
                    to[i * rows.Stride[0]] = !flags || T.IsZero(value) ? value : T.One;
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>A function of three integers, element by element.</summary>
sealed unsafe class IntegerStepOfThree<TOp, T>(
    string name, ValueBuffer output, ValueBuffer x, ValueBuffer y, ValueBuffer z) : Step
    where TOp : struct, IIntegerOfThree
    where T : unmanaged, IBinaryInteger<T>
{
    readonly Traversal _over = Traversal.Of(
        output.Physical.AsSpan(), output.Strides, Strided.As(x, output), Strided.As(y, output), Strided.As(z, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"integers {name}", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        T* target = frame.At<T>(output), a = frame.At<T>(x), b = frame.At<T>(y), c = frame.At<T>(z);
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                T* to = target + rows.Offset[0] + (row * rows.RowStride[0]);
                T* one = a + rows.Offset[1] + (row * rows.RowStride[1]);
                T* two = b + rows.Offset[2] + (row * rows.RowStride[2]);
                T* three = c + rows.Offset[3] + (row * rows.RowStride[3]);
                for (int i = 0; i < rows.Length; i++)
                {
                    to[i * rows.Stride[0]] = TOp.Apply(
                        one[i * rows.Stride[1]], two[i * rows.Stride[2]], three[i * rows.Stride[3]]);
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>The same numbers as another element type.</summary>
sealed unsafe class CastStep<TFrom, TTo>(ValueBuffer output, ValueBuffer x) : Step
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged, INumber<TTo>
{
    readonly Traversal _over = Traversal.Of(output.Physical.AsSpan(), output.Strides, Strided.As(x, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("cast", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        TTo* target = frame.At<TTo>(output);
        TFrom* source = frame.At<TFrom>(x);
        bool flags = output.Type == ElementType.Bool, cuts = x.Type.IsFloating() && !output.Type.IsFloating();
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                TTo* to = target + rows.Offset[0] + (row * rows.RowStride[0]);
                TFrom* from = source + rows.Offset[1] + (row * rows.RowStride[1]);
                for (int i = 0; i < rows.Length; i++)
                {
                    var value = from[i * rows.Stride[1]];
                    to[i * rows.Stride[0]] = flags ? (value == TFrom.Zero ? TTo.Zero : TTo.One)
                        // Through int64, whose low bits narrower types take.
                        : cuts ? TTo.CreateTruncating(long.CreateSaturating(value))
                        : TTo.CreateTruncating(value);
                }
            }
            first += rows.Pieces;
        }
    }
}

/// <summary>How elements along axes become one integer.</summary>
interface IFold<T, TResult>
{
    /// <summary>The result of no elements.</summary>
    static abstract TResult Identity { get; }

    /// <summary>The result with one more element.</summary>
    static abstract TResult With(TResult result, T element);
}

/// <summary>Σx, wrapping round.</summary>
readonly struct SumFold : IFold<long, long>
{
    public static long Identity => 0;

    public static long With(long result, long element) => result + element;
}

/// <summary>Πx, wrapping round.</summary>
readonly struct ProductFold : IFold<long, long>
{
    public static long Identity => 1;

    public static long With(long result, long element) => result * element;
}

/// <summary>The largest.</summary>
readonly struct MaxFold<T> : IFold<T, T> where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Identity => T.MinValue;

    public static T With(T result, T element) => T.Max(result, element);
}

/// <summary>The smallest.</summary>
readonly struct MinFold<T> : IFold<T, T> where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Identity => T.MaxValue;

    public static T With(T result, T element) => T.Min(result, element);
}

/// <summary>How many are not 0.</summary>
readonly struct CountFold<T> : IFold<T, long> where T : unmanaged, INumberBase<T>
{
    public static long Identity => 0;

    public static long With(long result, T element) => T.IsZero(element) ? result : result + 1;
}

/// <summary>Elements along axes joined to integers: exact, so that no order matters.</summary>
sealed unsafe class FoldStep<TFold, T, TResult> : Step
    where TFold : struct, IFold<T, TResult>
    where T : unmanaged
    where TResult : unmanaged
{
    readonly string _name;
    readonly ValueBuffer _output, _x;
    readonly List<(int Extent, nint From, nint To)> _kept = [];
    readonly List<(int Extent, nint From)> _reduced = [];
    readonly long _length = 1;

    /// <summary>A step that joins along the logical axes <paramref name="axes"/>.</summary>
    public FoldStep(string name, ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes)
    {
        (_name, _output, _x) = (name, output, x);
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
    public override StepCost Cost => new($"integers {_name}", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        T* x = frame.At<T>(_x);
        TResult* y = frame.At<TResult>(_output);
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
            var result = TFold.Identity;
            for (long element = 0; element < _length; element++)
            {
                nint offset = from;
                index = element;
                for (int i = _reduced.Count - 1; i >= 0; i--)
                {
                    index = Math.DivRem(index, _reduced[i].Extent, out long at);
                    offset += (nint)at * _reduced[i].From;
                }
                result = TFold.With(result, x[offset]);
            }
            y[to] = result;
        }
    }
}
