using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>How the blocks of a norm over the last axes lie.</summary>
static class LayerNormStep
{
    /// <summary>The first physical axis of a run of elements that join one after another. Between rows of an image
    /// there may be a halo. A run ends with its row whether there is one or not: the order of the additions must not
    /// depend on what the neighbours want.</summary>
    /// <param name="rank">The value's rank.</param>
    /// <param name="axes">How many of its axes, the innermost, are brought to mean 0.</param>
    public static int RunFrom(int rank, int axes) =>
        Math.Max(rank - axes, BufferLayout.Holds(rank) ? rank - 2 : 0);
}

/// <summary>Layer norm, or a norm by the mean of squares: the innermost axes of a value are one block, every block a
/// piece.</summary>
sealed unsafe class LayerNormStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly E _eps;
    readonly bool _isCentered;
    readonly int _length;
    readonly nint[] _from, _to;
    // Stored ones in the plan's memory, computed ones where they are.
    readonly PinnedArray<E>? _scale, _shift;
    readonly ValueBuffer? _scaleAt, _shiftAt;
    readonly List<(int Extent, nint From, nint To)> _kept = [];

    /// <summary>A step of a node that is a <see cref="LastAxesNorm"/>, whose axes lie innermost in both
    /// values.</summary>
    /// <param name="site">The node's.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="isCentered">False where the mean is taken for 0.</param>
    public LayerNormStep(StepSite<E> site, double eps, bool isCentered)
    {
        ValueBuffer x = site.Input(0), output = site.Output();
        (_lanes, _output, _x, _eps) = (site.Lanes, output, x, E.CreateTruncating(eps));
        _isCentered = isCentered;
        var op = (LastAxesNorm)site.Op;
        int rank = x.Physical.Rank, first = rank - op.NormalizedShape.Count;
        int run = LayerNormStep.RunFrom(rank, op.NormalizedShape.Count);
        _length = 1;
        for (int j = run; j < rank; j++) _length = checked(_length * x.Physical[j]);
        _from = Offsets(x, first, run);
        _to = Offsets(output, first, run);
        Pieces = 1;
        for (int j = 0; j < first; j++)
        {
            _kept.Add((x.Physical[j], x.Strides[j], output.Strides[j]));
            Pieces *= x.Physical[j];
        }
        int block = checked(_length * _from.Length);
        (_scale, _scaleAt) = Constants(site, op.Scale ? 1 : null, block, E.One);
        (_shift, _shiftAt) = Constants(site, op.Bias ? (op.Scale ? 2 : 1) : null, block, E.Zero);
        if (block == 0) Pieces = 0;
    }

    static (PinnedArray<E>?, ValueBuffer?) Constants(StepSite<E> site, int? operand, int block, E absent) =>
        operand is not { } of ? (site.Pin(Filled(block, absent)), null)
        : site.IsStored(of) ? (site.Pin(site.Weight(of)), null)
        : (null, site.Input(of));

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new(_isCentered ? "layer norm" : "rms norm", CostModel.Plain)
    {
        WeightBytes = (_scale?.Bytes ?? 0) + (_shift?.Bytes ?? 0),
    };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* scale = _scaleAt is null ? _scale!.Address : frame.At<E>(_scaleAt);
        E* shift = _shiftAt is null ? _shift!.Address : frame.At<E>(_shiftAt);
        fixed (nint* from = _from, to = _to)
        {
            for (long piece = first; piece < last; piece++)
            {
                nint x = 0, y = 0;
                long index = piece;
                for (int i = _kept.Count - 1; i >= 0; i--)
                {
                    index = Math.DivRem(index, _kept[i].Extent, out long at);
                    x += (nint)at * _kept[i].From;
                    y += (nint)at * _kept[i].To;
                }
                var runs = new BlockRuns(_from.Length, _length, from, to);
                BlockNorm.Run(
                    _lanes, runs, frame.At<E>(_x) + x, frame.At<E>(_output) + y, scale, shift, _eps,
                    _isCentered);
            }
        }
    }

    // Where each run of a block starts.
    static nint[] Offsets(ValueBuffer value, int first, int run)
    {
        nint[] offsets = [0];
        for (int j = first; j < run; j++)
        {
            nint stride = value.Strides[j];
            int extent = value.Physical[j];
            offsets = [.. offsets.SelectMany(start => Enumerable.Range(0, extent).Select(i => start + (i * stride)))];
        }
        return offsets;
    }

    static E[] Filled(int count, E value)
    {
        var values = new E[count];
        Array.Fill(values, value);
        return values;
    }
}
