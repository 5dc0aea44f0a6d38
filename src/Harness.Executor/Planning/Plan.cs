using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Planning;

/// <summary>Compiles models.</summary>
public static class Plan
{
    /// <summary>Decides everything that does not depend on activations: order, fusion, memory, packed weights, kernels.</summary>
    /// <typeparam name="E">float or double: what is computed and stored.</typeparam>
    /// <exception cref="ArgumentException">The element type is neither, or an option is out of range.</exception>
    public static Plan<E> Compile<E>(NhwcModel model, PlanOptions? options = null)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        ArgumentNullException.ThrowIfNull(model);
        if (typeof(E) != typeof(float) && typeof(E) != typeof(double))
            throw new ArgumentException($"{typeof(E).Name} is not computed; float and double are");
        options ??= new PlanOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        return new Plan<E>(model, options);
    }
}

/// <summary>A compiled model: immutable, shared by any number of sessions on any number of threads.</summary>
public sealed class Plan<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer[] _buffers;
    readonly int[] _roots;
    readonly long[] _offsets;
    readonly Dictionary<int, E[]> _constants = [];

    internal Plan(NhwcModel model, PlanOptions options)
    {
        Model = model;
        Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        Lanes = LaneWidths.Choose(options.Lanes);
        KeepsAll = options.KeepAll;
        ExactOrder = options.ExactOrder || options.KeepAll || typeof(E) != typeof(float);
        var nodes = Fusion.Apply(model, options.Fuse && !options.KeepAll);
        _roots = NhwcModel.Roots(model.Values.Length, model.Nodes);
        _buffers = BuffersOf(model, _roots);
        var steps = ImmutableArray.CreateBuilder<Step<E>>();
        StepOfNode = new int[model.Nodes.Length];
        Array.Fill(StepOfNode, -1);
        var kept = new List<FusedNode>();
        for (int i = 0; i < nodes.Length; i++)
        {
            var node = nodes[i];
            if (node.Main.Op.IsView) continue;
            if (options.KeepAll) StepOfNode[i] = steps.Count;
            steps.Add(Lower(node));
            kept.Add(node);
        }
        Steps = steps.ToImmutable();
        StepNodes = [.. kept];
        StepNames = [.. kept.Select(node => string.Join(" + ", node.Tail.Prepend(node.Main).Select(n => n.Name)))];
        foreach (var step in Steps) ScratchElements = Math.Max(ScratchElements, step.ScratchElements);
        _offsets = Place(kept, out long bytes, out long lowerBound);
        ArenaBytes = bytes;
        ArenaLowerBound = lowerBound;
    }

    /// <summary>The model this plan computes.</summary>
    public NhwcModel Model { get; }

    /// <summary>Workers a session uses, its caller included.</summary>
    public int Threads { get; }

    /// <summary>Register width.</summary>
    public LaneWidth Lanes { get; }

    /// <summary>True when every value stays readable after a run.</summary>
    public bool KeepsAll { get; }

    /// <summary>True when no convolution uses Winograd's transform: asked for, or in double, or because the plan keeps all
    /// values.</summary>
    public bool ExactOrder { get; }

    /// <summary>The names of the steps in order; a fused step names its nodes.</summary>
    public ImmutableArray<string> StepNames { get; }

    /// <summary>Bytes of activations that one session owns.</summary>
    public long ArenaBytes { get; }

    /// <summary>Bytes of the values alive at the busiest step: no arena is smaller.</summary>
    public long ArenaLowerBound { get; }

    /// <summary>Bytes of packed weights, constants by channel, and parameters that steps read as ordinary tensors.</summary>
    public long WeightBytes => Steps.Sum(step => step.Cost.WeightBytes)
        + _constants.Values.Sum(elements => (long)elements.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<E>());

    /// <summary>What was decided for each step, in order.</summary>
    public ImmutableArray<StepPlan> Describe() => [.. Enumerable.Range(0, Steps.Length).Select(Describe)];

    internal ImmutableArray<Step<E>> Steps { get; }

    // What each step computes.
    internal ImmutableArray<FusedNode> StepNodes { get; }

    internal nint ScratchElements { get; }

    // Step of each node, -1 for aliases; only where every node is a step of its own.
    internal int[] StepOfNode { get; }

    internal IReadOnlyDictionary<int, E[]> Constants => _constants;

    internal ValueBuffer BufferOf(int value) => _buffers[value];

    internal int RootOf(int value) => _roots[value];

    // Byte offset of a root value in the arena; -1 for constants and values that live in registers only.
    internal long OffsetOf(int root) => _offsets[root];

    /// <summary>A session: the memory and threads of one run at a time.</summary>
    /// <exception cref="OutOfMemoryException">The arena does not fit.</exception>
    public Session<E> CreateSession() => new(this);

    StepPlan Describe(int index)
    {
        var (step, node) = (Steps[index], StepNodes[index]);
        var cost = step.Cost;
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<E>();
        long activations = 0, weights = cost.WeightBytes;
        foreach (int value in node.Reads.Concat(node.Defines).Select(RootOf).Distinct())
        {
            long bytes = Model.Values[value].Shape.Elements * size;
            if (Model.Values[value].Leaf is null) activations += bytes;
            else if (_constants.ContainsKey(value)) weights += bytes;
        }
        long main = cost.Flops ?? Flops(node.Main), tail = node.Tail.Sum(Flops);
        long direct = Flops(node.Main) + tail;
        double peak = CostModel.Peak(Lanes, size);
        double arithmetic = (main / cost.Efficiency) + node.Tail.Sum(part => Flops(part) / EfficiencyOf(part));
        double seconds = CostModel.Seconds(arithmetic / peak, activations, weights, step.Pieces, Threads);
        return new StepPlan
        {
            Name = StepNames[index],
            Kernel = cost.Kernel,
            Tile = cost.Tile,
            Pieces = step.Pieces,
            Threads = (int)Math.Clamp(step.Pieces, 1, Threads),
            ActivationBytes = activations,
            WeightBytes = weights,
            Flops = main + tail,
            DirectFlops = direct,
            ExpectedMs = seconds * 1e3,
            ExpectedShareOfPeak = direct / seconds / (peak * Threads),
        };
    }

    static double EfficiencyOf(NhwcNode tail) => tail.Op is Elementwise function && !function.Operator<E>().IsShort
        ? CostModel.Transcendental
        : CostModel.Plain;

    long Flops(NhwcNode node) => node.Op.Flops(
        [.. node.Inputs.Where(value => value >= 0).Select(value => Model.Values[value].Shape)],
        Model.Values[node.Outputs[0]].Shape);

    Step<E> Lower(FusedNode node)
    {
        var lowering = new Lowering<E>(Model, node.Main, node.Tail, Lanes, ExactOrder, Threads, value =>
        {
            if (Model.Values[_roots[value]].Leaf is { } leaf && !_constants.ContainsKey(_roots[value]))
                _constants[_roots[value]] = Lowering<E>.Elements(leaf.Tensor);
            return _buffers[value];
        });
        var step = node.Main.Op.Lower(lowering);
        var halos = node.Defines.Select(value => _buffers[_roots[value]]).Where(b => b.Pixels.HasHalo).ToImmutableArray();
        return halos.IsEmpty ? step : new HaloStep<E>(step, halos);
    }

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
            buffers[value] = ValueBuffer.Of(model.Values[value], rigid[roots[value]] || model.Values[roots[value]].Leaf is not null ? default : halos[roots[value]]);
        return buffers;
    }

    long[] Place(List<FusedNode> nodes, out long bytes, out long lowerBound)
    {
        var lives = new Dictionary<int, Lifetime>();
        void Need(int value, int step)
        {
            int root = _roots[value];
            if (Model.Values[root].Leaf is not null) return;
            lives[root] = lives.TryGetValue(root, out var life)
                ? new Lifetime(Math.Min(life.First, step), Math.Max(life.Last, step))
                : new Lifetime(step, step);
        }
        for (int step = 0; step < nodes.Count; step++)
        {
            foreach (int value in nodes[step].Reads) Need(value, step);
            foreach (int value in nodes[step].Defines) Need(value, step);
        }
        // Inputs stay as written, so that a session can run again; outputs wait to be read.
        foreach (var port in Model.Inputs)
        {
            Need(port.Value, -1);
            Need(port.Value, nodes.Count);
        }
        foreach (var port in Model.Outputs) Need(port.Value, nodes.Count);
        if (KeepsAll)
        {
            foreach (int root in lives.Keys.ToArray())
                lives[root] = new Lifetime(-1, nodes.Count);
        }
        int[] order = [.. lives.Keys.Order()];
        long[] sizes = [.. order.Select(root => checked((long)_buffers[root].Elements * System.Runtime.CompilerServices.Unsafe.SizeOf<E>()))];
        Lifetime[] lifetimes = [.. order.Select(root => lives[root])];
        var arena = Arena.Place(sizes, lifetimes);
        bytes = arena.Bytes;
        lowerBound = Arena.LowerBound(sizes, lifetimes);
        var offsets = new long[_roots.Length];
        Array.Fill(offsets, -1);
        for (int i = 0; i < order.Length; i++) offsets[order[i]] = arena.Offsets[i];
        return offsets;
    }
}
