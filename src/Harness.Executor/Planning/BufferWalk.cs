namespace Harness.Executor.Planning;

/// <summary>The rows of a buffer in memory order: where each starts, which element that is, and how long it is.</summary>
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
        readonly long Count => !_pixels.HasHalo ? 1 : (long)_pixels.N * _pixels.H;

        readonly int Length => checked((int)(buffer.Shape.Elements / Math.Max(Count, 1)));

        /// <summary>Offset past the origin, index of the first element, elements.</summary>
        public readonly (nint Offset, long First, int Length) Current => (
            (nint)(_row / _pixels.H) * _pixels.ImageStride + (nint)(_row % _pixels.H) * _pixels.RowStride, _row * Length, Length);

        /// <summary>The next row.</summary>
        public bool MoveNext() => ++_row < Count;
    }
}

/// <summary>The elements of a buffer in PyTorch's axis order, as offsets past the origin.</summary>
readonly ref struct LogicalOrder(ValueBuffer buffer)
{
    /// <summary>Starts the walk.</summary>
    public Walk GetEnumerator() => new(buffer);

    /// <summary>The walk: an odometer over the logical axes.</summary>
    public ref struct Walk
    {
        const int MaxRank = 8;

        readonly int _rank;
        Axes _extents, _strides, _index;
        long _left;
        bool _started;

        /// <summary>A walk over a buffer.</summary>
        public Walk(ValueBuffer buffer)
        {
            _rank = buffer.Shape.Rank;
            if (_rank > MaxRank) throw new NotSupportedException($"rank {_rank}; at most {MaxRank} axes");
            for (int axis = 0; axis < _rank; axis++)
            {
                _extents[axis] = buffer.Shape[axis];
                _strides[axis] = buffer.StrideOf(axis);
            }
            _left = buffer.Shape.Elements;
        }

        /// <summary>The element's offset.</summary>
        public nint Current { get; private set; }

        /// <summary>The next element.</summary>
        public bool MoveNext()
        {
            if (_left-- <= 0) return false;
            if (!_started) return _started = true;
            for (int axis = _rank - 1; axis >= 0; axis--)
            {
                Current += _strides[axis];
                if (++_index[axis] < _extents[axis]) return true;
                Current -= _strides[axis] * _extents[axis];
                _index[axis] = 0;
            }
            return true;
        }

        [System.Runtime.CompilerServices.InlineArray(MaxRank)]
        struct Axes
        {
            nint _first;
        }
    }
}
