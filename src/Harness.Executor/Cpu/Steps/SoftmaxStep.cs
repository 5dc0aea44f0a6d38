using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Softmax or log-softmax along one axis of a value; what lies beside the axis is walked.</summary>
sealed unsafe class SoftmaxStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly bool _logarithm;
    readonly SoftmaxShape _shape;
    readonly List<(int Extent, nint From, nint To)> _kept = [];

    /// <summary>A step along the logical axis <paramref name="axis"/>; both values lie alike.</summary>
    public SoftmaxStep(LaneWidth lanes, ValueBuffer output, ValueBuffer x, int axis, bool logarithm)
    {
        (_lanes, _output, _x, _logarithm) = (lanes, output, x, logarithm);
        Pieces = 1;
        int rank = x.Physical.Rank;
        if (rank == 0)
        {
            _shape = SoftmaxShape.Contiguous(1, 1, 1);
            return;
        }
        int at = x.Layout.PhysicalOf(axis);
        // Neighbours along the innermost axis share registers, unless it is the one that sums to 1.
        int inner = at == rank - 1 ? 1 : x.Physical[rank - 1];
        _shape = new SoftmaxShape(1, x.Physical[at], inner, 0, x.Strides[at], 0, output.Strides[at]);
        for (int j = 0; j < rank; j++)
        {
            if (j == at || (j == rank - 1 && at != rank - 1)) continue;
            _kept.Add((x.Physical[j], x.Strides[j], output.Strides[j]));
            Pieces *= x.Physical[j];
        }
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new(_logarithm ? "log-softmax" : "softmax", CostModel.Transcendental);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
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
            Softmax.Run(_lanes, _shape, 0, 1, frame.At<E>(_x) + from, frame.At<E>(_output) + to, _logarithm);
        }
    }
}

/// <summary>In which order a <see cref="SoftmaxStep{E}"/> meets the elements of a value: what decides the bits of its
/// sums.</summary>
static class SoftmaxOrder
{
    /// <summary>True when the elements along an axis join as those of a value without gaps.</summary>
    public static bool IsThatOfDense(ValueBuffer x, int axis)
    {
        int rank = x.Physical.Rank;
        if (rank == 0) return true;
        int at = x.Layout.PhysicalOf(axis);
        nint[] dense = StridedCopy.ContiguousStrides(x.Physical.AsSpan());
        // Neighbours that share registers lie side by side; alone, a run without gaps joins by lanes, others one by
        // one.
        return at != rank - 1 && x.Physical[rank - 1] > 1
            ? x.Strides[rank - 1] == 1
            : (x.Strides[at] == 1) == (dense[at] == 1);
    }
}
