using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Planning;

/// <summary>Where every value of a model lies while it runs: which share a buffer, how the buffers are laid out, and their
/// places in the arena. Follows from the graph alone: no weight is read.</summary>
sealed class Placement
{
    readonly NhwcModel _model;
    readonly ImmutableArray<FusedNode> _nodes;
    readonly int[] _roots;
    readonly ValueBuffer[] _buffers;
    readonly long[] _offsets;

    /// <summary>Places the values of a model whose nodes run as given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">The steps' nodes, views left out.</param>
    /// <param name="elementSize">Bytes of one element.</param>
    /// <param name="keepAll">True when no value may lose its memory to another.</param>
    public Placement(NhwcModel model, ImmutableArray<FusedNode> nodes, int elementSize, bool keepAll)
    {
        (_model, _nodes) = (model, nodes);
        _roots = NhwcModel.Roots(model.Values.Length, model.Nodes);
        _buffers = BuffersOf(model, _roots);
        var lives = Lives();
        if (keepAll)
        {
            foreach (int root in lives.Keys.ToArray()) lives[root] = new Lifetime(-1, nodes.Length);
        }
        var owners = keepAll ? [] : ShareInPlace(lives);
        int[] order = [.. lives.Keys.Order()];
        long[] sizes = [.. order.Select(root => checked((long)_buffers[root].Elements * elementSize))];
        Lifetime[] lifetimes = [.. order.Select(root => lives[root])];
        var arena = Arena.Place(sizes, lifetimes);
        ArenaBytes = arena.Bytes;
        ArenaLowerBound = Arena.LowerBound(sizes, lifetimes);
        _offsets = new long[_roots.Length];
        Array.Fill(_offsets, -1);
        for (int i = 0; i < order.Length; i++) _offsets[order[i]] = arena.Offsets[i];
        foreach (var (value, owner) in owners) _offsets[value] = _offsets[owner];
    }

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes { get; }

    /// <summary>Bytes alive at the busiest step, values that share memory in place counted once.</summary>
    public long ArenaLowerBound { get; }

    /// <summary>A value's buffer.</summary>
    public ValueBuffer BufferOf(int value) => _buffers[value];

    /// <summary>The value whose memory a view is; any other value is its own.</summary>
    public int RootOf(int value) => _roots[value];

    /// <summary>Byte offset of a root in the arena; -1 for parameters and values that live in registers only.</summary>
    public long OffsetOf(int root) => _offsets[root];

    static ValueBuffer[] BuffersOf(NhwcModel model, int[] roots)
    {
        var halos = new Margin[roots.Length];
        var rigid = new bool[roots.Length];
        foreach (var node in model.Nodes)
        {
            Shape[] shapes = [.. node.Inputs.Select(value => model.Values[value].Shape)];
            for (int i = 0; i < shapes.Length; i++)
            {
                ref var halo = ref halos[roots[node.Inputs[i]]];
                halo = halo.Or(node.Op.HaloFor(i, shapes));
            }
        }
        // A value that is also read under another shape must be one run without gaps.
        for (int value = 0; value < roots.Length; value++)
            if (model.Values[value].Physical != model.Values[roots[value]].Physical) rigid[roots[value]] = true;
        var buffers = new ValueBuffer[roots.Length];
        for (int value = 0; value < roots.Length; value++)
        {
            bool bare = rigid[roots[value]] || model.Values[roots[value]].Leaf is not null;
            buffers[value] = ValueBuffer.Of(model.Values[value], bare ? default : halos[roots[value]]);
        }
        return buffers;
    }

    Dictionary<int, Lifetime> Lives()
    {
        var lives = new Dictionary<int, Lifetime>();
        void Need(int value, int step)
        {
            int root = _roots[value];
            if (_model.Values[root].Leaf is not null) return;
            lives[root] = lives.TryGetValue(root, out var life)
                ? new Lifetime(Math.Min(life.First, step), Math.Max(life.Last, step))
                : new Lifetime(step, step);
        }
        for (int step = 0; step < _nodes.Length; step++)
        {
            foreach (int value in _nodes[step].Reads) Need(value, step);
            foreach (int value in _nodes[step].Defines) Need(value, step);
        }
        // Inputs stay as written, so that a session can run again; outputs wait to be read.
        foreach (var port in _model.Inputs)
        {
            Need(port.Value, -1);
            Need(port.Value, _nodes.Length);
        }
        foreach (var port in _model.Outputs) Need(port.Value, _nodes.Length);
        return lives;
    }

    // A result takes the memory of an operand that dies at its step, where the op allows it: one buffer with both lives,
    // kept by the operand. Who owns the memory of each result that has none of its own.
    Dictionary<int, int> ShareInPlace(Dictionary<int, Lifetime> lives)
    {
        var owners = new Dictionary<int, int>();
        for (int step = 0; step < _nodes.Length; step++)
        {
            if (_nodes[step].Defines is not [var defined]) continue;
            int result = _roots[defined];
            if (!lives.TryGetValue(result, out var next) || next.First != step) continue;
            int[] overwritable = [.. _nodes[step].Overwritable];
            foreach (int operand in overwritable.Select(RootOf).Distinct())
            {
                int owner = owners.GetValueOrDefault(operand, operand);
                if (!lives.TryGetValue(owner, out var life) || life.Last != step) continue;
                // Every time the step reads that memory it must read it as the result lies, and be done with it.
                int[] reads = [.. _nodes[step].Reads.Where(value => _roots[value] == operand)];
                if (reads.Length != overwritable.Count(value => _roots[value] == operand)) continue;
                if (!reads.All(value => LieAlike(value, defined))) continue;
                owners[result] = owner;
                lives[owner] = life with { Last = next.Last };
                lives.Remove(result);
                break;
            }
        }
        return owners;
    }

    bool LieAlike(int left, int right)
    {
        ValueBuffer x = _buffers[left], y = _buffers[right];
        return x.Shape == y.Shape && x.Layout == y.Layout && x.Pixels == y.Pixels && x.Strides.AsSpan().SequenceEqual(y.Strides)
            && _buffers[_roots[left]].Elements == _buffers[_roots[right]].Elements;
    }
}
