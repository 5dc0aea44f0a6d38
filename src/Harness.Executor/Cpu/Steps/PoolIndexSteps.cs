using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>The taps of a window along one axis inside the input: the first, how many, and from one to the
/// next.</summary>
readonly record struct Taps(int First, int Count, int Step);

/// <summary>The largest element of each window and its place in the plane; a piece is one channel of one image.
/// </summary>
sealed unsafe class PoolIndexStep<E>(ValueBuffer values, ValueBuffer indices, ValueBuffer x, Taps[][] taps) : Step
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // (n, c, d, h, w): missing axes have one element and one tap.
    readonly Axes _from = new(x), _to = new(values), _also = new(indices);
    readonly Taps[][] _taps = [.. Enumerable.Repeat(new[] { new Taps(0, 1, 1) }, 3 - taps.Length), .. taps];

    readonly record struct Axes(nint N, nint C, nint D, nint H, nint W, int Height, int Width)
    {
        public Axes(ValueBuffer x)
            : this(
                x.StrideOf(0), x.StrideOf(1), Stride(x, 3), Stride(x, 2), Stride(x, 1), Extent(x, 2), Extent(x, 1))
        {
        }

        static nint Stride(ValueBuffer x, int behind) => behind > x.Shape.Rank - 2 ? 0 : x.StrideOf(-behind);

        static int Extent(ValueBuffer x, int behind) => behind > x.Shape.Rank - 2 ? 1 : x.Shape[-behind];
    }

    /// <inheritdoc/>
    public override long Pieces => (long)x.Shape[0] * x.Shape[1];

    /// <inheritdoc/>
    public override StepCost Cost => new("pool with indices", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        for (long piece = first; piece < last; piece++)
        {
            long n = Math.DivRem(piece, x.Shape[1], out long c);
            E* plane = frame.At<E>(x) + ((nint)n * _from.N) + ((nint)c * _from.C);
            E* to = frame.At<E>(values) + ((nint)n * _to.N) + ((nint)c * _to.C);
            long* also = frame.At<long>(indices) + ((nint)n * _also.N) + ((nint)c * _also.C);
            for (int d = 0; d < _taps[0].Length; d++)
            {
                for (int h = 0; h < _taps[1].Length; h++)
                {
                    for (int w = 0; w < _taps[2].Length; w++)
                    {
                        var (most, place) = Most(plane, _taps[0][d], _taps[1][h], _taps[2][w]);
                        to[(d * _to.D) + (h * _to.H) + (w * _to.W)] = most;
                        also[(d * _also.D) + (h * _also.H) + (w * _also.W)] = place;
                    }
                }
            }
        }
    }

    (E Most, long Place) Most(E* plane, Taps depth, Taps height, Taps width)
    {
        var most = E.NegativeInfinity;
        long place = Place(depth.First, height.First, width.First);
        for (int i = 0; i < depth.Count; i++)
        {
            int d = depth.First + (i * depth.Step);
            for (int j = 0; j < height.Count; j++)
            {
                int h = height.First + (j * height.Step);
                for (int k = 0; k < width.Count; k++)
                {
                    int w = width.First + (k * width.Step);
                    E element = plane[(d * _from.D) + (h * _from.H) + (w * _from.W)];
                    if (element > most || E.IsNaN(element)) (most, place) = (element, Place(d, h, w));
                }
            }
        }
        return (most, place);
    }

    long Place(int d, int h, int w) => (((long)d * _from.Height) + h) * _from.Width + w;
}

/// <summary>Elements at the places of their planes that integers name, 0 elsewhere; a piece is one plane.</summary>
sealed unsafe class UnpoolStep<T> : Step where T : unmanaged, INumber<T>
{
    readonly string _node;
    readonly ValueBuffer _output, _x, _indices;
    readonly int _axes, _planes;
    readonly int[] _sizes, _extents;

    /// <summary>A step; everything lies anyhow.</summary>
    /// <param name="node">The node's name, for messages.</param>
    /// <param name="output">The result.</param>
    /// <param name="x">The elements.</param>
    /// <param name="indices">Their places.</param>
    /// <param name="axes">How many axes a plane has.</param>
    public UnpoolStep(string node, ValueBuffer output, ValueBuffer x, ValueBuffer indices, int axes)
    {
        (_node, _output, _x, _indices, _axes) = (node, output, x, indices, axes);
        _planes = x.Shape.Rank - axes;
        _extents = [.. x.Shape];
        _sizes = [.. output.Shape];
    }

    /// <inheritdoc/>
    public override long Pieces
    {
        get
        {
            long planes = 1;
            foreach (int extent in _extents.AsSpan(0, _planes)) planes *= extent;
            return planes;
        }
    }

    /// <inheritdoc/>
    public override StepCost Cost => new("unpool", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        long places = 1, elements = 1;
        foreach (int size in _sizes.AsSpan(_planes)) places *= size;
        foreach (int extent in _extents.AsSpan(_planes)) elements *= extent;
        for (long piece = first; piece < last; piece++)
        {
            T* to = frame.At<T>(_output) + OffsetOf(_output, _sizes, piece, 0, _planes);
            T* from = frame.At<T>(_x) + OffsetOf(_x, _extents, piece, 0, _planes);
            long* index = frame.At<long>(_indices) + OffsetOf(_indices, _extents, piece, 0, _planes);
            for (long i = 0; i < places; i++) to[OffsetOf(_output, _sizes, i, _planes, _axes)] = T.Zero;
            for (long i = 0; i < elements; i++)
            {
                long place = index[OffsetOf(_indices, _extents, i, _planes, _axes)];
                if ((ulong)place >= (ulong)places) throw OutOfRange(place, places);
                to[OffsetOf(_output, _sizes, place, _planes, _axes)] =
                    from[OffsetOf(_x, _extents, i, _planes, _axes)];
            }
        }
    }

    // Elements to the one with this number along some axes, the last of them innermost.
    static nint OffsetOf(ValueBuffer buffer, int[] extents, long number, int axis, int axes)
    {
        nint offset = 0;
        for (int i = axis + axes - 1; i >= axis; i--)
        {
            number = Math.DivRem(number, extents[i], out long at);
            offset += (nint)at * buffer.StrideOf(i);
        }
        return offset;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ModelException OutOfRange(long index, long places) => new(new Finding(Codes.ShapeMismatch, "",
        $"'{_node}': index {index} is out of range, expected 0 to {places - 1}"));
}
