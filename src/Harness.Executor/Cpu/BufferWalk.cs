namespace Harness.Executor.Cpu;

/// <summary>The rows of a buffer in memory order: where each starts, which element that is, and how long it
/// is.</summary>
readonly ref struct Rows(ValueBuffer buffer)
{
    /// <summary>Starts the walk.</summary>
    public Walk GetEnumerator() => new(buffer);

    /// <summary>The walk.</summary>
    public ref struct Walk(ValueBuffer buffer)
    {
        readonly Kernels.BufferLayout _pixels = buffer.Pixels;
        long _row = -1;

        // One run when nothing lies between the rows.
        readonly long Count => !_pixels.HasHalo ? 1 : _pixels.Rows;

        readonly int Length => checked((int)(buffer.Shape.Elements / Math.Max(Count, 1)));

        /// <summary>Offset past the origin, index of the first element, elements.</summary>
        public readonly (nint Offset, long First, int Length) Current => (
            _pixels.RowIndex((int)_row) - _pixels.Origin, _row * Length, Length);

        /// <summary>The next row.</summary>
        public bool MoveNext() => ++_row < Count;
    }
}

/// <summary>The elements of a buffer in PyTorch's axis order, by runs along the last logical axis: each as the offset
/// of its first element past the origin.</summary>
readonly ref struct LogicalRuns(ValueBuffer buffer)
{
    /// <summary>Elements of each run.</summary>
    public int Length => buffer.Shape.Rank == 0 ? 1 : buffer.Shape[-1];

    /// <summary>From one element of a run to the next.</summary>
    public nint Stride => buffer.Shape.Rank == 0 ? 1 : buffer.StrideOf(-1);

    /// <summary>Starts the walk.</summary>
    public Walk GetEnumerator() => new(buffer);

    /// <summary>The walk: an odometer over the other logical axes.</summary>
    public ref struct Walk
    {
        readonly int _axes;
        Axes _extents, _strides, _index;
        long _left;
        bool _started;

        /// <summary>A walk over a buffer.</summary>
        public Walk(ValueBuffer buffer)
        {
            _axes = Math.Max(0, buffer.Shape.Rank - 1);
            _left = 1;
            for (int axis = 0; axis < _axes; axis++)
            {
                _extents[axis] = buffer.Shape[axis];
                _strides[axis] = buffer.StrideOf(axis);
                _left *= buffer.Shape[axis];
            }
        }

        /// <summary>The run's first element.</summary>
        public nint Current { get; private set; }

        /// <summary>The next run.</summary>
        public bool MoveNext()
        {
            if (_left-- <= 0) return false;
            if (!_started) return _started = true;
            for (int axis = _axes - 1; axis >= 0; axis--)
            {
                Current += _strides[axis];
                if (++_index[axis] < _extents[axis]) return true;
                Current -= _strides[axis] * _extents[axis];
                _index[axis] = 0;
            }
            return true;
        }

        [System.Runtime.CompilerServices.InlineArray(Program.ShapedGraph.MostAxes)]
        struct Axes
        {
            nint _first;
        }
    }
}
