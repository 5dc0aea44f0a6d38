using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.ExceptionServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Compiles models.</summary>
public static class Plan
{
    /// <summary>Decides everything that does not depend on activations: order, fusion, memory, packed weights, kernels.</summary>
    /// <typeparam name="E">float or double: what is computed and stored.</typeparam>
    /// <exception cref="ArgumentException">The element type is neither, or an option is out of range.</exception>
    public static Plan<E> Compile<E>(NhwcProgram model, PlanOptions? options = null)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        ArgumentNullException.ThrowIfNull(model);
        if (typeof(E) != typeof(float) && typeof(E) != typeof(double))
            throw new ArgumentException($"{typeof(E).Name} is not computed; float and double are");
        options ??= new PlanOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Threads, PlanOptions.MostThreads, nameof(options));
        return new Plan<E>(model, options);
    }
}

/// <summary>A compiled model: immutable, shared by any number of sessions on any number of threads.</summary>
public sealed class Plan<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    static readonly int ElementSize = System.Runtime.CompilerServices.Unsafe.SizeOf<E>();

    readonly Placement _placement;
    readonly bool[] _alone;
    // Parameters that steps read as ordinary tensors.
    readonly Dictionary<int, PinnedArray<E>> _constants = [];

    internal Plan(NhwcProgram model, PlanOptions options)
    {
        Model = model;
        Threads = options.Threads == 0 ? Math.Min(Environment.ProcessorCount, PlanOptions.MostThreads) : options.Threads;
        Lanes = LaneWidths.Choose(options.Lanes);
        KeepsAll = options.KeepAll;
        ExactOrder = options.ExactOrder || options.KeepAll;
        bool fuse = options.Fuse && !options.KeepAll;
        var nodes = Fusion.Apply(model, fuse);
        Program = model;
        if (fuse)
        {
            nodes = Fusion.Chain(model, nodes, (options.ChainBytes / ElementSize) + (options.ChainBytes % ElementSize == 0 ? 0 : 1));
            (Program, nodes) = Fusion.TakeRowMeans(model, nodes);
        }
        _placement = Placement.Of(
            Program, [.. nodes.Where(node => !node.Main.Op.IsView)], ElementSize, options.KeepAll, slice: fuse && options.Slice);
        StepNodes = _placement.Nodes;
        StepNames = [.. StepNodes.Select(node => string.Join(" + ", node.Nodes.Select(n => n.Name)))];
        StepOfNode = new int[model.Nodes.Length];
        Array.Fill(StepOfNode, -1);
        for (int node = 0, step = 0; options.KeepAll && node < StepOfNode.Length; node++)
            if (!model.Nodes[node].Op.IsView) StepOfNode[node] = step++;
        Steps = LowerAll();
        foreach (var step in Steps) ScratchElements = Math.Max(ScratchElements, step.ScratchElements);
        _alone = new bool[Steps.Length];
        if (Threads == 1) return;
        for (int step = 0; step < _alone.Length; step++)
            _alone[step] = LoadOf(step).Seconds(Steps[step].Pieces, threads: 1) < CostModel.AloneSeconds;
    }

    /// <summary>The model this plan computes.</summary>
    public NhwcProgram Model { get; }

    // The model with the values that fusion added.
    internal NhwcProgram Program { get; }

    /// <summary>Workers a session uses, its caller included.</summary>
    public int Threads { get; }

    /// <summary>Register width.</summary>
    public LaneWidth Lanes { get; }

    /// <summary>True when every value stays readable after a run.</summary>
    public bool KeepsAll { get; }

    /// <summary>True when no convolution uses Winograd's transform: asked for, or because the plan keeps all values.</summary>
    public bool ExactOrder { get; }

    /// <summary>The names of the steps in order; a fused step names its nodes.</summary>
    public ImmutableArray<string> StepNames { get; }

    /// <summary>Bytes of activations that one session owns.</summary>
    public long ArenaBytes => _placement.ArenaBytes;

    /// <summary>Bytes of the values alive at the busiest step, those that share memory in place counted once: no arena is
    /// smaller.</summary>
    public long ArenaLowerBound => _placement.ArenaLowerBound;

    /// <summary>Bytes of packed weights, constants by channel, and parameters that steps read as ordinary tensors.</summary>
    public long WeightBytes => Steps.Sum(step => step.Cost.WeightBytes)
        + _constants.Values.Sum(elements => elements.Bytes);

    /// <summary>What was decided for each step, in order.</summary>
    public ImmutableArray<StepPlan> Describe() => [.. Enumerable.Range(0, Steps.Length).Select(Describe)];

    internal ImmutableArray<Step<E>> Steps { get; }

    // What each step computes.
    internal ImmutableArray<FusedNode> StepNodes { get; }

    internal nint ScratchElements { get; }

    // True where a step is over before other threads would have begun.
    internal bool RunsAlone(int step) => _alone[step];

    // Step of each node, -1 for aliases; only where every node is a step of its own.
    internal int[] StepOfNode { get; }

    internal IReadOnlyDictionary<int, PinnedArray<E>> Constants => _constants;

    internal ValueBuffer BufferOf(int value) => _placement.BufferOf(value);

    internal int RootOf(int value) => _placement.RootOf(value);

    // Byte offset of a root value in the arena; -1 for constants and values that live in registers only.
    internal long OffsetOf(int root) => _placement.OffsetOf(root);

    /// <summary>A session: the memory and threads of one run at a time.</summary>
    /// <exception cref="ModelException">PAR9004: its memory is more than there is; none is kept.</exception>
    public Session<E> CreateSession() => new(this);

    StepPlan Describe(int index)
    {
        var (step, load) = (Steps[index], LoadOf(index));
        int threads = RunsAlone(index) ? 1 : Threads;
        double seconds = load.Seconds(step.Pieces, threads);
        return new StepPlan
        {
            Name = StepNames[index],
            Kernel = step.Cost.Kernel,
            Tile = step.Cost.Tile,
            Pieces = step.Pieces,
            Threads = (int)Math.Clamp(step.Pieces, 1, threads),
            ActivationBytes = load.ActivationBytes,
            WeightBytes = load.WeightBytes,
            Flops = load.Flops,
            DirectFlops = load.DirectFlops,
            ExpectedMs = seconds * 1e3,
            ExpectedShareOfPeak = load.DirectFlops / seconds / (CostModel.Peak(Lanes, ElementSize) * Threads),
        };
    }

    // What a step does, whoever shares it.
    readonly record struct Load(
        long Flops, long DirectFlops, long ActivationBytes, long WeightBytes, double ArithmeticSeconds)
    {
        public double Seconds(long pieces, int threads) =>
            CostModel.Seconds(ArithmeticSeconds, ActivationBytes, WeightBytes, pieces, threads);
    }

    Load LoadOf(int index)
    {
        var (cost, node) = (Steps[index].Cost, StepNodes[index]);
        long activations = 0, weights = cost.WeightBytes;
        foreach (int value in node.Reads.Concat(node.Defines).Select(RootOf).Distinct())
        {
            long bytes = Program.Values[value].Shape.Elements * ElementSize;
            if (Program.Values[value].Leaf is null) activations += bytes;
            else if (_constants.ContainsKey(value)) weights += bytes;
        }
        long direct = node.Mains.Sum(Flops), main = cost.Flops ?? direct, tail = node.Tails.Sum(Flops);
        double arithmetic = (main / cost.Efficiency) + node.Tails.Sum(part => Flops(part) / EfficiencyOf(part));
        return new Load(
            main + tail, direct + tail, activations, weights, arithmetic / CostModel.Peak(Lanes, ElementSize));
    }

    static double EfficiencyOf(NhwcNode tail) => tail.Op is Elementwise function && !function.Operator<E>().IsShort
        ? CostModel.Transcendental
        : CostModel.Plain;

    long Flops(NhwcNode node) => node.Op.Flops(
        [.. node.Inputs.Where(value => value >= 0).Select(value => Program.Values[value].Shape)],
        Program.Values[node.Outputs[0]].Shape);

    // Packing weights is most of the work, so that threads share it, the largest first. Each holds what it packs and nothing
    // else.
    ImmutableArray<Step<E>> LowerAll()
    {
        var steps = new Step<E>[StepNodes.Length];
        int[] order = [.. Enumerable.Range(0, steps.Length).OrderByDescending(step => WeightsOf(StepNodes[step]))];
        var memory = new WeightMemory<E>(StepNodes.Sum(WeightsOf) * ElementSize / sizeof(float));
        using var rehearsal = Rehearsal<E>.Begin(this);
        void Make(int step)
        {
            steps[step] = Lower(StepNodes[step], memory);
            if (rehearsal is not null && !ReadsConstants(StepNodes[step])) rehearsal.Add(steps[step]);
        }
        if (Threads == 1)
        {
            foreach (int step in order) Make(step);
        }
        else
        {
            try
            {
                Parallel.ForEach(
                    Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering),
                    new ParallelOptions { MaxDegreeOfParallelism = Threads },
                    Make);
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }
        return [.. steps];
    }

    // True where a step reads parameters as ordinary tensors.
    internal bool ReadsConstants(FusedNode node)
    {
        lock (_constants) return node.Reads.Any(value => value >= 0 && _constants.ContainsKey(RootOf(value)));
    }

    long WeightsOf(FusedNode node) =>
        node.Reads.Sum(value => value >= 0 && Program.Values[value].Leaf is { } leaf ? (long)leaf.Source.Bytes.Length : 0);

    Step<E> Lower(FusedNode node, WeightMemory<E> memory)
    {
        var step = node.Then is { } then
            ? new ChainStep<E>(LoweringOf(node, memory), LoweringOf(then, memory))
            : node.Main.Op.Lower(LoweringOf(node, memory));
        var halos = node.Defines.Select(value => BufferOf(RootOf(value))).Where(b => b.Pixels.HasHalo).ToImmutableArray();
        return halos.IsEmpty ? step : new HaloStep<E>(step, halos);
    }

    Lowering<E> LoweringOf(FusedNode node, WeightMemory<E> memory) =>
        new(Program, node.Main, node.Tail, node.RowMeans?.Outputs[0], Lanes, ExactOrder, Threads, memory, value =>
        {
            int root = RootOf(value);
            if (Program.Values[root].Leaf is { } leaf)
            {
                lock (_constants)
                {
                    if (!_constants.ContainsKey(root))
                        _constants[root] = new PinnedArray<E>(Lowering<E>.Elements(leaf.Materialize()));
                }
            }
            return BufferOf(value);
        });
}
