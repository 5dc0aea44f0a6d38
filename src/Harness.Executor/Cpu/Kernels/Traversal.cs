using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>How an element-wise kernel walks its operands: an index space, and for each operand the element stride of
/// every axis. Made once, when a plan is compiled; immutable.</summary>
/// <remarks>
/// Operand 0 is the destination. A stride of 0 repeats an operand along an axis, so a scalar, a per-channel vector
/// and a value of the same shape are all one case. Axes of extent 1 go away and neighbours that continue each other
/// merge, which leaves one long row where everything is contiguous. The space is cut into <see cref="Pieces"/> that may
/// be dealt to threads in any way: no element depends on the cut.</remarks>
sealed class Traversal
{
    /// <summary>The most operands: a destination and three sources.</summary>
    public const int MaxOperands = 4;

    // A long row is cut at multiples of this many elements: a multiple of every lane width.
    const int PieceLength = 4096;

    readonly int[] _extents;
    readonly nint[][] _strides;
    readonly int _length;
    readonly int _rowsInGroup;
    readonly int _piecesPerRow;

    Traversal(int[] extents, nint[][] strides)
    {
        _extents = extents;
        _strides = strides;
        int rank = extents.Length;
        _length = extents[^1];
        _rowsInGroup = rank > 1 ? extents[^2] : 1;
        _piecesPerRow = Math.Max(1, (_length + PieceLength - 1) / PieceLength);
        long rows = 1;
        foreach (int extent in extents.AsSpan(0, rank - 1)) rows *= extent;
        Pieces = _length == 0 ? 0 : rows * _piecesPerRow;
    }

    /// <summary>How many pieces of work there are: rows, or parts of 4096 elements where rows are longer.</summary>
    public long Pieces { get; }

    /// <summary>How many operands there are, the destination included.</summary>
    public int Operands => _strides.Length;

    /// <summary>Walks <paramref name="extents"/>, outermost axis first.</summary>
    /// <param name="extents">The destination's shape.</param>
    /// <param name="strides">Element strides by axis: the destination's, then each source's.</param>
    /// <exception cref="ArgumentException">The counts do not fit.</exception>
    public static Traversal Of(ReadOnlySpan<int> extents, params ReadOnlySpan<nint[]> strides)
    {
        if (strides.Length is < 1 or > MaxOperands)
            throw new ArgumentException($"1 to {MaxOperands} operands, found {strides.Length}", nameof(strides));
        foreach (var s in strides)
        {
            if (s.Length != extents.Length)
                throw new ArgumentException($"{extents.Length} axes, found {s.Length} strides", nameof(strides));
        }
        var kept = new List<int>();
        var keptStrides = new List<nint>[strides.Length];
        for (int o = 0; o < strides.Length; o++) keptStrides[o] = [];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 1) continue;
            bool merges = kept.Count > 0 && (long)kept[^1] * extents[axis] <= int.MaxValue;
            for (int o = 0; merges && o < strides.Length; o++)
                merges = keptStrides[o][^1] == strides[o][axis] * extents[axis];
            for (int o = 0; o < strides.Length; o++)
            {
                if (merges) keptStrides[o][^1] = strides[o][axis];
                else keptStrides[o].Add(strides[o][axis]);
            }
            if (merges) kept[^1] *= extents[axis];
            else kept.Add(extents[axis]);
        }
        if (kept.Count == 0)
        {
            kept.Add(1);
            foreach (var s in keptStrides) s.Add(1);
        }
        return new Traversal([.. kept], [.. keptStrides.Select(s => s.ToArray())]);
    }

    /// <summary>One contiguous run of <paramref name="elements"/> in every operand.</summary>
    public static Traversal Contiguous(int elements, int operands)
    {
        var strides = new nint[operands][];
        Array.Fill(strides, [1]);
        return Of([elements], strides);
    }

    /// <summary>The strides with which an operand of <paramref name="extents"/> is read as if it had shape
    /// <paramref name="target"/>: missing and repeated axes get stride 0, as NumPy and PyTorch broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static nint[] Broadcast(ReadOnlySpan<int> extents, ReadOnlySpan<nint> strides, ReadOnlySpan<int> target)
    {
        var result = new nint[target.Length];
        int missing = target.Length - extents.Length;
        if (missing < 0) throw new ArgumentException($"rank {extents.Length} does not fit rank {target.Length}");
        for (int axis = 0; axis < extents.Length; axis++)
        {
            int wanted = target[axis + missing];
            if (extents[axis] == wanted) result[axis + missing] = strides[axis];
            else if (extents[axis] != 1)
                throw new ArgumentException($"axis {axis}: extent {extents[axis]} does not broadcast to {wanted}");
        }
        return result;
    }

    /// <summary>The rows that start at piece <paramref name="piece"/> and end before <paramref name="last"/> or where
    /// the outermost axes step.</summary>
    internal RowGroup Group(long piece, long last)
    {
        long row = Math.DivRem(piece, _piecesPerRow, out long part);
        long group = Math.DivRem(row, _rowsInGroup, out long inGroup);
        var result = new RowGroup
        {
            Length = _length,
            Rows = (int)Math.Min(_rowsInGroup - inGroup, last - piece),
            Pieces = 1,
            Repeats = 1,
        };
        int skipped = 0;
        if (_piecesPerRow > 1)
        {
            skipped = (int)part * PieceLength;
            result.Length = Math.Min(PieceLength, _length - skipped);
            result.Rows = 1;
        }
        else
        {
            result.Pieces = result.Rows;
        }
        int rank = _extents.Length;
        for (int o = 0; o < _strides.Length; o++)
        {
            nint[] strides = _strides[o];
            nint offset = skipped * strides[rank - 1];
            if (rank > 1)
            {
                offset += (nint)inGroup * strides[rank - 2];
                result.RowStride[o] = strides[rank - 2];
            }
            long index = group;
            for (int axis = rank - 3; axis >= 0; axis--)
            {
                index = Math.DivRem(index, _extents[axis], out long at);
                offset += (nint)at * strides[axis];
                if (axis == rank - 3 && inGroup == 0 && _piecesPerRow == 1)
                {
                    result.Repeats = (int)Math.Clamp((last - piece) / _rowsInGroup, 1, _extents[axis] - at);
                    result.RepeatStride[o] = strides[axis];
                }
            }
            result.Offset[o] = offset;
            result.Stride[o] = strides[rank - 1];
        }
        return result;
    }

    /// <summary>Rows of one length whose starts are evenly spaced in every operand.</summary>
    internal struct RowGroup
    {
        /// <summary>Elements of a row.</summary>
        public int Length;
        /// <summary>Rows.</summary>
        public int Rows;
        /// <summary>Pieces that the group covers.</summary>
        public int Pieces;
        /// <summary>How often the whole group comes, this time included, before another axis steps: for those who
        /// ask.</summary>
        public int Repeats;
        /// <summary>From one of these to the next, by operand.</summary>
        public ByOperand RepeatStride;
        /// <summary>First element, by operand.</summary>
        public ByOperand Offset;
        /// <summary>From row to row, by operand.</summary>
        public ByOperand RowStride;
        /// <summary>From element to element, by operand.</summary>
        public ByOperand Stride;
    }

    /// <summary>One number an operand.</summary>
    [InlineArray(MaxOperands)]
    internal struct ByOperand
    {
        nint _first;
    }
}
