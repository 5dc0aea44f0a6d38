using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>A reduction over any axes of a value: kept axes are walked, reduced ones handed to the kernel.</summary>
sealed unsafe class ReduceStep<TOp, E> : Step
    where TOp : struct, IReduction
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly E _divisor;
    readonly List<(int Extent, nint From, nint To)> _kept = [];
    readonly List<(int Extent, nint From)> _outerReduced = [];
    readonly ReduceShape _shape;
    readonly int _parts;

    // Channels of one piece: whole registers at every width, and few enough that a plane alone keeps several threads
    // busy.
    const int Part = 64;

    /// <summary>A step that reduces the logical axes <paramref name="axes"/> and divides by
    /// <paramref name="divisor"/>.</summary>
    public ReduceStep(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ReadOnlySpan<int> axes, E divisor)
    {
        (_lanes, _output, _x, _divisor) = (lanes, output, x, divisor);
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
            _kept.Add((extent, from, output.StrideOf(axis - removed)));
        }
        // Channels beside each other reduce in registers; everything else one result at a time.
        var inner = (Extent: 1, From: (nint)1, To: (nint)1);
        if (_kept.Count > 0 && _kept[^1] is { From: 1, To: 1 } channels)
        {
            inner = channels;
            _kept.RemoveAt(_kept.Count - 1);
        }
        int rows = reduced.Count > 1 ? reduced[^2].Extent : 1, length = reduced.Count > 0 ? reduced[^1].Extent : 1;
        nint rowStride = reduced.Count > 1 ? reduced[^2].From : 0, stride = reduced.Count > 0 ? reduced[^1].From : 1;
        _shape = new ReduceShape(1, rows, length, inner.Extent, 0, rowStride, stride, 0);
        if (reduced.Count > 2) _outerReduced.AddRange(reduced[..^2]);
        _parts = _outerReduced.Count == 0 ? Math.Max(1, (inner.Extent + Part - 1) / Part) : 1;
        Pieces = _parts;
        foreach (var (extent, _, _) in _kept) Pieces *= extent;
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes => (_outerReduced.Count == 0 ? 0 : _shape.Inner) * sizeof(E);

    /// <inheritdoc/>
    public override StepCost Cost => new("reduce", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* x = frame.At<E>(_x), y = frame.At<E>(_output);
        for (long piece = first; piece < last; piece++)
        {
            nint from = 0, to = 0;
            long index = Math.DivRem(piece, _parts, out long part);
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                index = Math.DivRem(index, _kept[i].Extent, out long at);
                from += (nint)at * _kept[i].From;
                to += (nint)at * _kept[i].To;
            }
            if (_parts > 1)
            {
                int channel = (int)part * Part;
                var shape = _shape with { Inner = Math.Min(Part, _shape.Inner - channel) };
                Reduce.Run<TOp, E>(_lanes, shape, 0, 1, x + from + channel, y + to + channel, _divisor);
            }
            else if (_outerReduced.Count == 0) Reduce.Run<TOp, E>(_lanes, _shape, 0, 1, x + from, y + to, _divisor);
            else Many(x + from, y + to, frame.Scratch<E>());
        }
    }

    // More than two reduced axes that do not merge: planes one after another, in index order.
    void Many(E* x, E* y, E* plane)
    {
        long planes = 1;
        foreach (var (extent, _) in _outerReduced) planes *= extent;
        for (int c = 0; c < _shape.Inner; c++) Lanes1<E>.Store(TOp.Identity<Lanes1<E>, E>(), y + c);
        for (long p = 0; p < planes; p++)
        {
            nint offset = 0;
            long index = p;
            for (int i = _outerReduced.Count - 1; i >= 0; i--)
            {
                index = Math.DivRem(index, _outerReduced[i].Extent, out long at);
                offset += (nint)at * _outerReduced[i].From;
            }
            Reduce.Run<TOp, E>(_lanes, _shape, 0, 1, x + offset, plane, E.One);
            for (int c = 0; c < _shape.Inner; c++)
                Lanes1<E>.Store(TOp.Combine<Lanes1<E>, E>(Lanes1<E>.Load(y + c), Lanes1<E>.Load(plane + c)), y + c);
        }
        if (_divisor == E.One) return;
        for (int c = 0; c < _shape.Inner; c++) y[c] /= _divisor;
    }
}

/// <summary>In which order a <see cref="ReduceStep{TOp, E}"/> meets the elements of a value: what decides the bits of
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
