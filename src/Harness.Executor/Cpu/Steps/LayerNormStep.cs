using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Layer norm: the innermost axes of a value are one block, every block a piece.</summary>
sealed unsafe class LayerNormStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly E _eps;
    readonly int _length;
    readonly nint[] _from, _to;
    // Stored ones in the plan's memory, computed ones where they are.
    readonly PinnedArray<E>? _scale, _shift;
    readonly ValueBuffer? _scaleAt, _shiftAt;
    readonly List<(int Extent, nint From, nint To)> _kept = [];

    /// <summary>A step over the last <paramref name="axes"/> axes, which lie innermost in both values.</summary>
    /// <param name="site">The node's.</param>
    /// <param name="axes">How many.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="scale">The operand that is the scale; null for 1.</param>
    /// <param name="bias">The operand that is the bias; null for 0.</param>
    public LayerNormStep(StepSite<E> site, int axes, double eps, int? scale, int? bias)
    {
        ValueBuffer x = site.Input(0), output = site.Output();
        (_lanes, _output, _x, _eps) = (site.Lanes, output, x, E.CreateTruncating(eps));
        int rank = x.Physical.Rank, first = rank - axes;
        int run = LayerNormLowering.RunFrom(rank, axes);
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
        (_scale, _scaleAt) = Constants(site, scale, block, E.One);
        (_shift, _shiftAt) = Constants(site, bias, block, E.Zero);
        if (block == 0) Pieces = 0;
    }

    static (PinnedArray<E>?, ValueBuffer?) Constants(StepSite<E> site, int? operand, int block, E absent) =>
        operand is not { } of ? (site.Pin(Filled(block, absent)), null)
        : site.IsStored(of) ? (site.Pin(site.Weight(of)), null)
        : (null, site.Input(of));

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("layer norm", CostModel.Plain)
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
                    _lanes, runs, frame.At<E>(_x) + x, frame.At<E>(_output) + y, scale, shift, _eps);
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
