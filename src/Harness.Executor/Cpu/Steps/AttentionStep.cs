using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Attention: some queries of one head and what they see is a piece. Their scores are all that is ever kept of
/// scores, in a thread's own memory.</summary>
/// <remarks>Products as <see cref="MatrixProduct{E}"/> adds them, rows as <see cref="Kernels.Softmax"/> does: the same
/// bits however queries are cut into pieces. Keys that no query of a piece sees are not multiplied.</remarks>
sealed unsafe class AttentionStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Enough queries that packing the keys for them is little beside their products, and few enough that their scores
    // stay in the second cache, or near it where there are very many keys.
    const int MostRows = 128, LeastRows = 8;
    const long MostScores = 1 << 20;

    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _query, _key, _value;
    readonly ValueBuffer? _mask;
    readonly bool _causal;
    readonly E _scale;
    readonly int _queries, _keys, _blocks;
    readonly nint _scores;
    // By block of queries.
    readonly (MatrixProduct<E> Scores, MatrixProduct<E> Result, int Keys)[] _products;
    // Where each head lies, head by head of all batches: query, key, value, result, mask.
    readonly nint[] _queryAt, _keyAt, _valueAt, _outputAt, _maskAt;
    readonly nint _queryRow, _outputRow, _keyRow, _keyFeature, _valueRow, _valueFeature, _maskRow, _maskKey;

    /// <summary>A step of a node that is a <see cref="ScaledDotProductAttention"/>.</summary>
    public AttentionStep(StepSite<E> site)
    {
        var op = (ScaledDotProductAttention)site.Op;
        (_lanes, _output, _causal) = (site.Lanes, site.Output(), op.IsCausal);
        (_query, _key, _value) = (site.Input(0), site.Input(1), site.Input(2));
        _mask = op.Mask ? site.Input(3) : null;
        int features = _query.Shape[-1], results = _value.Shape[-1];
        (_queries, _keys) = (_query.Shape[-2], _key.Shape[-2]);
        _scale = E.CreateTruncating(op.ScaleOf(features));
        (_queryRow, _outputRow) = (_query.StrideOf(-2), _output.StrideOf(-2));
        (_keyRow, _keyFeature) = (_key.StrideOf(-2), _key.StrideOf(-1));
        (_valueRow, _valueFeature) = (_value.StrideOf(-2), _value.StrideOf(-1));
        int[] batch = _output.Shape.AsSpan()[..^2].ToArray();
        (_queryAt, _outputAt) = (Offsets(_query, batch), Offsets(_output, batch));
        (_keyAt, _valueAt) = (Offsets(_key, batch, op.EnableGqa), Offsets(_value, batch, op.EnableGqa));
        _maskAt = [];
        if (_mask is not null)
        {
            nint[] strides = Traversal.Broadcast(
                _mask.Shape.AsSpan(), _mask.LogicalStrides(), [.. batch, _queries, _keys]);
            (_maskRow, _maskKey) = (strides[^2], strides[^1]);
            _maskAt = Offsets(strides.AsSpan()[..^2], batch);
        }

        int rows = (int)Math.Clamp(MostScores / Math.Max(1, _keys), LeastRows, MostRows);
        _blocks = (_queries + rows - 1) / rows;
        _products = new (MatrixProduct<E>, MatrixProduct<E>, int)[_blocks];
        nint scratch = 0;
        for (int block = 0; block < _blocks; block++)
        {
            int count = First(block + 1) - First(block), seen = _causal ? Math.Min(_keys, First(block + 1)) : _keys;
            var scores = new MatrixProduct<E>(_lanes, count, features, seen);
            var result = new MatrixProduct<E>(_lanes, count, seen, results);
            _products[block] = (scores, result, seen);
            _scores = Math.Max(_scores, (nint)count * seen);
            scratch = Math.Max(scratch, Math.Max(scores.ScratchElements, result.ScratchElements));
        }
        // Whole cache lines, so that what follows stays aligned.
        nint line = 64 / sizeof(E);
        _scores = (_scores + line - 1) / line * line;
        ScratchBytes = (_scores + scratch) * sizeof(E);
        Pieces = _output.Shape.Elements == 0 ? 0 : (long)_queryAt.Length * _blocks;
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("attention", CostModel.RuntimeGemm)
    {
        Tile = _blocks == 0 ? "" : $"{_products[0].Scores.Tile.Rows}x{_products[0].Scores.Tile.Columns}",
    };

    // The first query of a block: all have as many, or one more.
    int First(int block) => (int)((long)_queries * block / _blocks);

    // Where each matrix of an operand starts, in the order of the batch axes that it is broadcast to. Heads that are
    // shared are read by neighbours.
    static nint[] Offsets(ValueBuffer x, int[] batch, bool shared = false)
    {
        int[] own = x.Shape.AsSpan()[..^2].ToArray();
        nint[] strides = x.LogicalStrides()[..^2];
        if (!shared) return Offsets(Traversal.Broadcast(own, strides, batch), batch);
        int times = batch[^1] / own[^1];
        nint[] heads = Offsets(Traversal.Broadcast(own, strides, [.. batch[..^1], own[^1]]), [.. batch[..^1], own[^1]]);
        return [.. heads.SelectMany(head => Enumerable.Repeat(head, times))];
    }

    static nint[] Offsets(ReadOnlySpan<nint> strides, int[] batch)
    {
        nint[] offsets = [0];
        for (int axis = 0; axis < batch.Length; axis++)
        {
            nint stride = strides[axis];
            int extent = batch[axis];
            offsets = [.. offsets.SelectMany(start => Enumerable.Range(0, extent).Select(i => start + (i * stride)))];
        }
        return offsets;
    }

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* scores = frame.Scratch<E>(), scratch = scores + _scores;
        var none = Epilogue<E>.None(_lanes);
        for (long piece = first; piece < last; piece++)
        {
            int head = (int)Math.DivRem(piece, _blocks, out long block);
            int row = First((int)block), rows = First((int)block + 1) - row;
            var (toScores, toResult, keys) = _products[block];
            var operands = new MatrixOperands<E>(
                (nint)(frame.At<E>(_query) + _queryAt[head] + (row * _queryRow)), _queryRow,
                (nint)(frame.At<E>(_key) + _keyAt[head]), _keyFeature, _keyRow, (nint)scores, keys);
            for (int panel = 0; panel < toScores.Panels; panel++)
                toScores.Run(operands, panel, scratch, none, default);
            for (int i = 0; i < rows; i++) Weigh(frame, head, row + i, scores + ((nint)i * keys), keys);
            operands = new MatrixOperands<E>(
                (nint)scores, keys, (nint)(frame.At<E>(_value) + _valueAt[head]), _valueRow, _valueFeature,
                (nint)(frame.At<E>(_output) + _outputAt[head] + (row * _outputRow)), _outputRow);
            for (int panel = 0; panel < toResult.Panels; panel++)
                toResult.Run(operands, panel, scratch, none, default);
        }
    }

    // A query's products become the weights of what it sees; the others are 0.
    void Weigh(in Frame frame, int head, int query, E* row, int keys)
    {
        int seen = _causal ? Math.Min(keys, query + 1) : keys;
        if (_mask is null) AttentionScores.Scaled(_lanes, row, seen, _scale);
        else
        {
            nint at = _maskAt[head] + (query * _maskRow);
            if (_mask.Type == ElementType.Bool)
                AttentionScores.Shown(row, seen, _scale, frame.At<bool>(_mask) + at, _maskKey);
            else AttentionScores.Added(_lanes, row, seen, _scale, frame.At<E>(_mask) + at, _maskKey);
            if (AttentionScores.IsHidden(row, seen)) seen = 0;
        }
        Kernels.Softmax.Run(_lanes, SoftmaxShape.Contiguous(1, seen, 1), 0, 1, row, row, logarithm: false);
        new Span<E>(row + seen, keys - seen).Clear();
    }
}
