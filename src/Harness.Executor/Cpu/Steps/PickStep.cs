using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>A value whose elements are picked from another's axis by axis: nearest neighbours, borders that repeat.
/// Bits move, whatever they mean.</summary>
/// <remarks>A piece is a run of the two innermost axes of the result: in Flax's layout a row of pixels.</remarks>
sealed unsafe class PickStep : Step
{
    readonly ValueBuffer _output, _x;
    readonly int[]?[] _from;
    readonly int _width, _length;
    readonly bool _runs;

    /// <summary>A step; both values lie in the same layout.</summary>
    /// <param name="output">The result.</param>
    /// <param name="x">The operand.</param>
    /// <param name="from">For each physical axis the operand's index of each of the result's; null where it is the
    /// same.</param>
    public PickStep(ValueBuffer output, ValueBuffer x, int[]?[] from)
    {
        (_output, _x, _from) = (output, x, from);
        int rank = output.Physical.Rank;
        _length = rank > 0 ? output.Physical[rank - 1] : 1;
        _width = rank > 1 ? output.Physical[rank - 2] : 1;
        _runs = rank == 0 || (from[^1] is null && (_length == 1 || (output.Strides[^1] == 1 && x.Strides[^1] == 1)));
        Pieces = 1;
        for (int axis = 0; axis < rank - 2; axis++) Pieces *= output.Physical[axis];
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("pick", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        switch (_output.Type.Size())
        {
            case 8: Pick<long>(frame, first, last); break;
            case 4: Pick<int>(frame, first, last); break;
            case 2: Pick<short>(frame, first, last); break;
            default: Pick<byte>(frame, first, last); break;
        }
    }

    void Pick<E>(in Frame frame, long first, long last) where E : unmanaged
    {
        E* target = frame.At<E>(_output), source = frame.At<E>(_x);
        int rank = _output.Physical.Rank;
        nint toPixel = rank > 1 ? _output.Strides[^2] : 0, fromPixel = rank > 1 ? _x.Strides[^2] : 0;
        for (long piece = first; piece < last; piece++)
        {
            nint to = 0, from = 0;
            long index = piece;
            for (int axis = rank - 3; axis >= 0; axis--)
            {
                index = Math.DivRem(index, _output.Physical[axis], out long at);
                to += (nint)at * _output.Strides[axis];
                from += (nint)Of(axis, (int)at) * _x.Strides[axis];
            }
            for (int w = 0; w < _width; w++)
            {
                E* y = target + to + (w * toPixel), x = source + from + (rank > 1 ? Of(rank - 2, w) * fromPixel : 0);
                if (_runs) new ReadOnlySpan<E>(x, _length).CopyTo(new Span<E>(y, _length));
                else Elements(y, x);
            }
        }
    }

    void Elements<E>(E* y, E* x) where E : unmanaged
    {
        nint to = _output.Strides[^1], from = _x.Strides[^1];
        int[]? places = _from[^1];
        for (int i = 0; i < _length; i++) y[i * to] = x[(places is null ? i : places[i]) * from];
    }

    int Of(int axis, int at) => _from[axis] is { } places ? places[at] : at;
}
