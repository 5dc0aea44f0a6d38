using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Where every value of a model lies while it runs: which share a buffer, how the buffers are laid out, and
/// their places in the arena. Follows from the graph alone: no weight is read.</summary>
sealed class Placement
{
    // The share of what is alive at once that slices may add.
    const int SliceShare = 16;

    readonly NhwcProgram _model;
    readonly int[] _roots;
    readonly ValueBuffer[] _buffers;
    readonly Dictionary<int, Lifetime> _lives;
    readonly Dictionary<int, int> _owners;
    readonly long[] _offsets;

    Placement(NhwcProgram model, ImmutableArray<FusedNode> nodes, ElementType precision, bool keepAll, int[] roots,
        Slices slices)
    {
        (_model, _roots) = (model, roots);
        _buffers = new Buffers(model, nodes, roots, slices, precision, parts: !keepAll).Place();
        Nodes = [.. nodes.Where(node => !Lowerings.Of(node.Main.Op).IsInPlace(node.Main, BufferOf))];
        _lives = Lives();
        if (keepAll)
        {
            foreach (int root in _lives.Keys.ToArray()) _lives[root] = new Lifetime(-1, Nodes.Length);
        }
        _owners = keepAll ? [] : ShareInPlace(_lives);
        _offsets = new long[roots.Length];
        ArenaLowerBound = Arena.LowerBound([.. _lives.Keys.Select(SizeOf)], [.. _lives.Values]);
    }

    /// <summary>Places the values of a model whose nodes run as given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">The steps' nodes, views left out.</param>
    /// <param name="precision">What floating-point values are stored in.</param>
    /// <param name="keepAll">True when no value may lose its memory to another.</param>
    /// <param name="slice">True when values may lie in the results of concatenations.</param>
    public static Placement Of(NhwcProgram model, ImmutableArray<FusedNode> nodes, ElementType precision, bool keepAll,
        bool slice)
    {
        int[] roots = NhwcProgram.Roots(model.Values.Length, model.Nodes);
        Placement With(Slices slices) => new(model, nodes, precision, keepAll, roots, slices);
        var best = With(Slices.None);
        if (slice && !keepAll)
        {
            // A slice holds its neighbours' memory from its own first step on: only where that costs next to nothing.
            long most = best.ArenaLowerBound + (best.ArenaLowerBound / SliceShare);
            var all = Slices.Find(model, nodes, roots);
            if (all.Values.Count > 0 && With(all) is var whole && whole.ArenaLowerBound <= most) best = whole;
            else
            {
                var allowed = new HashSet<int>();
                foreach (int value in all.Values)
                {
                    allowed.Add(value);
                    var one = With(Slices.Find(model, nodes, roots, allowed));
                    if (one.ArenaLowerBound <= most) best = one;
                    else allowed.Remove(value);
                }
            }
        }
        best.Place();
        return best;
    }

    /// <summary>The nodes that have something to do.</summary>
    public ImmutableArray<FusedNode> Nodes { get; }

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>Bytes alive at the busiest step, values that share memory counted once.</summary>
    public long ArenaLowerBound { get; }

    /// <summary>A value's buffer.</summary>
    public ValueBuffer BufferOf(int value) => _buffers[value];

    /// <summary>The value whose memory a view is as a whole; any other value is its own.</summary>
    public int RootOf(int value) => _roots[value];

    /// <summary>Byte offset of a value in the arena; -1 for parameters, their parts, and values that live in registers
    /// only.</summary>
    public long OffsetOf(int value)
    {
        var buffer = _buffers[value];
        return _offsets[buffer.Home] < 0 ? -1 : _offsets[buffer.Home] + ((long)buffer.Offset * buffer.Type.Size());
    }

    void Place()
    {
        int[] order = [.. _lives.Keys.Order()];
        var arena = Arena.Place([.. order.Select(SizeOf)], [.. order.Select(root => _lives[root])]);
        ArenaBytes = arena.Bytes;
        Array.Fill(_offsets, -1);
        for (int i = 0; i < order.Length; i++) _offsets[order[i]] = arena.Offsets[i];
        foreach (var (value, owner) in _owners) _offsets[value] = _offsets[owner];
    }

    long SizeOf(int root) => checked((long)_buffers[root].Elements * _buffers[root].Type.Size());

    Dictionary<int, Lifetime> Lives()
    {
        var lives = new Dictionary<int, Lifetime>();
        void Need(int value, int step)
        {
            int root = _buffers[value].Home;
            if (_model.Values[root].Leaf is not null) return;
            lives[root] = lives.TryGetValue(root, out var life)
                ? new Lifetime(Math.Min(life.First, step), Math.Max(life.Last, step))
                : new Lifetime(step, step);
        }
        for (int step = 0; step < Nodes.Length; step++)
        {
            foreach (int value in Nodes[step].Reads) Need(value, step);
            foreach (int value in Nodes[step].Defines) Need(value, step);
        }
        // Inputs stay as written, so that a session can run again; outputs wait to be read.
        foreach (var port in _model.Inputs)
        {
            Need(port.Value, -1);
            Need(port.Value, Nodes.Length);
        }
        foreach (var port in _model.Outputs) Need(port.Value, Nodes.Length);
        return lives;
    }

    // A result takes the memory of an operand that dies at its step, where the op allows it: one buffer with both
    // lives, kept by the operand. Who owns the memory of each result that has none of its own.
    Dictionary<int, int> ShareInPlace(Dictionary<int, Lifetime> lives)
    {
        var owners = new Dictionary<int, int>();
        for (int step = 0; step < Nodes.Length; step++)
        {
            if (Nodes[step].Defines is not [var defined]) continue;
            int result = _roots[defined];
            if (!lives.TryGetValue(result, out var next) || next.First != step) continue;
            int[] overwritable = [.. Nodes[step].Overwritable];
            // Of a part there is more that may be needed still.
            foreach (int operand in overwritable.Select(value => _buffers[value].Home).Distinct())
            {
                int owner = owners.GetValueOrDefault(operand, operand);
                if (!lives.TryGetValue(owner, out var life) || life.Last != step) continue;
                // Every time the step reads that memory it must read it as the result lies, and be done with it.
                int[] reads = [.. Nodes[step].Reads.Where(value => _buffers[value].Home == operand)];
                if (reads.Length != overwritable.Count(value => _buffers[value].Home == operand)) continue;
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
        return x.Home == _roots[left] && x.Type == y.Type && x.Shape == y.Shape && x.Layout == y.Layout
            && x.Pixels == y.Pixels && x.Strides.AsSpan().SequenceEqual(y.Strides)
            && _buffers[_roots[left]].Elements == _buffers[_roots[right]].Elements;
    }
}
