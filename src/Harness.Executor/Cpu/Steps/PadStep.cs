namespace Harness.Executor.Cpu;

/// <summary>A value inside a constant, or cropped: each row of the result is filled, and copied where the operand has
/// it.</summary>
sealed unsafe class PadStep<E> : Step where E : unmanaged
{
    readonly ValueBuffer _output, _x;
    readonly int[] _before;
    readonly E _value;

    /// <summary>A step; <paramref name="before"/> is what is added before each physical axis, negative where it is
    /// cropped.</summary>
    public PadStep(ValueBuffer output, ValueBuffer x, int[] before, E value)
    {
        (_output, _x, _before, _value) = (output, x, before, value);
        Pieces = 1;
        for (int axis = 0; axis < output.Physical.Rank - 1; axis++) Pieces *= output.Physical[axis];
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("pad", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* target = frame.At<E>(_output), source = frame.At<E>(_x);
        int inner = _output.Physical.Rank - 1;
        if (inner < 0)
        {
            // One number, around which nothing can be.
            *target = *source;
            return;
        }
        int length = _output.Physical[inner];
        // What of an inner row the operand covers: [start, end) of the result.
        int start = Math.Clamp(_before[inner], 0, length);
        int end = Math.Clamp(_before[inner] + _x.Physical[inner], start, length);
        for (long row = first; row < last; row++)
        {
            nint to = 0, from = 0;
            bool inside = true;
            long index = row;
            for (int axis = inner - 1; axis >= 0; axis--)
            {
                index = Math.DivRem(index, _output.Physical[axis], out long at);
                long position = at - _before[axis];
                to += (nint)at * _output.Strides[axis];
                from += (nint)position * _x.Strides[axis];
                inside &= position >= 0 && position < _x.Physical[axis];
            }
            var line = new Span<E>(target + to, length);
            if (!inside)
            {
                line.Fill(_value);
                continue;
            }
            line[..start].Fill(_value);
            new ReadOnlySpan<E>(source + from + (start - _before[inner]), end - start).CopyTo(line[start..]);
            line[end..].Fill(_value);
        }
    }
}
