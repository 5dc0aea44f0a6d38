using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.ExceptionServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A compiled model: immutable, shared by any number of sessions on any number of threads. Owns the memory of
/// its packed weights: dispose it. What sessions still use stays until they are disposed too.</summary>
public sealed class Plan : IDisposable
{
    readonly Placement _placement;
    readonly bool[] _alone;
    readonly Packings _packings;
    readonly PlanOptions _options;
    // Parameters that steps read as ordinary values.
    readonly Dictionary<int, Constant> _constants = [];
    bool _disposed;

    /// <summary>Decides everything that does not depend on activations: order, fusion, memory, packed weights,
    /// kernels.</summary>
    /// <typeparam name="E">float or double: what floating-point values are computed and stored in.</typeparam>
    /// <exception cref="ArgumentException">The element type is neither, or an option is out of range.</exception>
    /// <exception cref="ModelException">PAR9004: its activations alone are more than there is memory.</exception>
    public static Plan Compile<E>(NhwcProgram model, PlanOptions? options = null)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => Compile(
            model, typeof(E) == typeof(float) ? ElementType.Float32 : typeof(E) == typeof(double) ? ElementType.Float64
                : throw new ArgumentException($"{typeof(E).Name} is not computed; float and double are"), options);

    /// <summary>The same for a precision that is known while running.</summary>
    /// <exception cref="ArgumentException">The precision is neither float32 nor float64, or an option is out of
    /// range.</exception>
    public static Plan Compile(NhwcProgram model, ElementType precision, PlanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (precision is not (ElementType.Float32 or ElementType.Float64))
            throw new ArgumentException($"{precision.NumPyName()} is not computed; float32 and float64 are");
        options ??= new PlanOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Threads, PlanOptions.MostThreads, nameof(options));
        return new Plan(model, precision, options, lender: null);
    }

    /// <summary>A plan of the same precision and options for the model's program of other input shapes. It packs no
    /// weight that this plan has packed in the form that it needs, and holds the memory of those it borrows: the two
    /// are disposed in any order.</summary>
    /// <param name="model">Any program. What is borrowed is told by the leaves' elements: those of the same
    /// <see cref="TorchModel"/>, or of the same <see cref="Variables"/> that both programs were bound to.</param>
    /// <exception cref="ModelException">PAR9004: its activations alone are more than there is memory.</exception>
    /// <exception cref="ObjectDisposedException">This plan is disposed.</exception>
    public Plan For(NhwcProgram model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(_disposed, this);
        // It may be disposed meanwhile.
        Memory.Retain();
        try
        {
            return new Plan(model, Precision, _options, this);
        }
        finally
        {
            Memory.Release();
        }
    }

    Plan(NhwcProgram model, ElementType precision, PlanOptions options, Plan? lender)
    {
        Model = model;
        Precision = precision;
        Threads = options.Threads == 0 ? Math.Min(Environment.ProcessorCount, PlanOptions.MostThreads)
            : options.Threads;
        Lanes = LaneWidths.Choose(options.Lanes);
        KeepsAll = options.KeepAll;
        ExactOrder = options.ExactOrder || options.KeepAll;
        _options = options with { Threads = Threads, Lanes = Lanes };
        bool fuse = options.Fuse && !options.KeepAll;
        Program = ProgramVerifier.After(nameof(Room), Room.Give(model, options.KeepAll), model);
        if (fuse) Program = ProgramVerifier.After(nameof(RecurrentLayers), RecurrentLayers.Apart(Program), Program);
        var nodes = Fusion.Nothing(Program);
        if (fuse)
        {
            long large = (options.ChainBytes / FloatSize) + (options.ChainBytes % FloatSize == 0 ? 0 : 1);
            (Program, nodes) = Fusion.Apply(Program, nodes, large);
        }
        _placement = Placement.Of(
            Program, [.. nodes.Where(node => !node.Main.Op.IsView)], precision, options.KeepAll, slice: fuse
                && options.Slice);
        // Tables of tiles grow with the plane: of one that no session could run they alone take all memory there is.
        MemoryLimit.Require(ArenaBytes, Threads, scratch: 0);
        RequireTables();
        StepNodes = _placement.Nodes;
        StepNames = [.. StepNodes.Select(node => string.Join(" + ", node.Nodes.Select(n => n.Name)))];
        StepsOfNode = options.KeepAll ? FindStepsOfNodes() : [];
        // What is borrowed, or packed for another step, takes no memory and no time.
        var seen = new HashSet<int>();
        long[] weights = [.. StepNodes.Select(node => WeightsOf(node, seen, lender?._packings))];
        Memory = new WeightMemory(weights.Sum() * FloatSize / sizeof(float));
        _packings = new Packings(Memory, lender?._packings);
        try
        {
            Steps = precision == ElementType.Float32 ? LowerAll<float>(weights) : LowerAll<double>(weights);
        }
        catch
        {
            Memory.Release();
            throw;
        }
        finally
        {
            _packings.Settle();
        }
        foreach (var step in Steps) ScratchBytes = Math.Max(ScratchBytes, step.ScratchBytes);
        _alone = new bool[Steps.Length];
        if (Threads == 1) return;
        for (int step = 0; step < _alone.Length; step++)
            _alone[step] = LoadOf(step).Seconds(Steps[step].Pieces, threads: 1) < CostModel.AloneSeconds;
    }

    void RequireTables()
    {
        Int128 tables = 0;
        foreach (var node in Program.Nodes)
        {
            if (Lowerings.Find(node.Op) is not { } lowering) continue;
            tables += lowering.TableBytes(node.Op, [.. node.Inputs.Select(value => Program.Values[value].Shape)]);
            MemoryLimit.RequireTables(node.Name, tables, ArenaBytes);
        }
    }

    /// <summary>The model this plan computes.</summary>
    public NhwcProgram Model { get; }

    /// <summary>What floating-point values are computed and stored in: float32 or float64.</summary>
    public ElementType Precision { get; }

    int FloatSize => Precision.Size();

    /// <summary>Bytes of native memory that the plan holds: packed weights and constants, without those that it borrows
    /// from another plan.</summary>
    public long MemoryBytes => Memory.Bytes;

    internal WeightMemory Memory { get; }

    // The model with the values that fusion added.
    internal NhwcProgram Program { get; }

    /// <summary>Workers a session uses, its caller included.</summary>
    public int Threads { get; }

    /// <summary>Register width.</summary>
    public LaneWidth Lanes { get; }

    /// <summary>True when every value stays readable after a run.</summary>
    public bool KeepsAll { get; }

    /// <summary>True when no convolution uses Winograd's transform: asked for, or because the plan keeps all
    /// values.</summary>
    public bool ExactOrder { get; }

    /// <summary>The names of the steps in order; a fused step names its nodes.</summary>
    public ImmutableArray<string> StepNames { get; }

    /// <summary>Bytes of activations that one session owns.</summary>
    public long ArenaBytes => _placement.ArenaBytes;

    /// <summary>Bytes of the values alive at the busiest step, those that share memory in place counted once: no arena
    /// is smaller.</summary>
    public long ArenaLowerBound => _placement.ArenaLowerBound;

    /// <summary>Bytes of packed weights, constants by channel, and parameters that steps read as ordinary
    /// tensors.</summary>
    public long WeightBytes => Steps.Sum(step => step.Cost.WeightBytes)
        + _constants.Values.Sum(elements => elements.Bytes) - _packings.SharedBytes;

    /// <summary>What was decided for each step, in order.</summary>
    public ImmutableArray<StepPlan> Describe() => [.. Enumerable.Range(0, Steps.Length).Select(Describe)];

    internal ImmutableArray<Step> Steps { get; }

    // What each step computes.
    internal ImmutableArray<FusedNode> StepNodes { get; }

    internal nint ScratchBytes { get; }

    // True where a step is over before other threads would have begun.
    internal bool RunsAlone(int step) => _alone[step];

    // The steps of each node of the model, none for views; only where every node is a step of its own.
    internal ImmutableArray<ImmutableArray<int>> StepsOfNode { get; }

    internal ValueBuffer BufferOf(int value) => _placement.BufferOf(value);

    internal int RootOf(int value) => _placement.RootOf(value);

    // Where a value lies: in an arena, in a parameter that steps read as an ordinary value, or nowhere.
    internal unsafe byte* AddressOf(int value, byte* arena)
    {
        var buffer = BufferOf(value);
        if (_constants.TryGetValue(buffer.Home, out var constant))
            return (byte*)constant.Address + (buffer.Offset * buffer.Type.Size());
        return OffsetOf(value) is >= 0 and var offset ? arena + offset : null;
    }

    // Byte offset of a value in the arena; -1 for parameters and values that live in registers only.
    internal long OffsetOf(int value) => _placement.OffsetOf(value);

    /// <summary>A session: the memory and threads of one run at a time.</summary>
    /// <exception cref="ModelException">PAR9004: its memory is more than there is; none is kept.</exception>
    /// <exception cref="ObjectDisposedException">The plan is disposed.</exception>
    public Session CreateSession()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Session(this);
    }

    /// <summary>Frees packed weights and constants once no session uses them any more.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Memory.Release();
    }

    // A node's own step, after those of the copies that were added for it.
    ImmutableArray<ImmutableArray<int>> FindStepsOfNodes()
    {
        var maker = new Dictionary<int, int>();
        for (int step = 0; step < StepNodes.Length; step++)
            foreach (int value in StepNodes[step].Main.Outputs) maker[value] = step;
        return [.. Model.Nodes.Select(node =>
        {
            if (node.Op.IsView || !maker.TryGetValue(node.Outputs[0], out int own)) return ImmutableArray<int>.Empty;
            var copies = StepNodes[own].Main.Inputs.Where(value => value >= Model.Values.Length);
            return [.. copies.Select(value => maker[value]), own];
        })];
    }

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
            ExpectedShareOfPeak = load.DirectFlops / seconds / (CostModel.Peak(Lanes, FloatSize) * Threads),
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
            long bytes = Program.Values[value].Shape.Elements * BufferOf(value).Type.Size();
            if (Program.Values[value].Leaf is null) activations += bytes;
            else if (_constants.ContainsKey(value)) weights += bytes;
        }
        long direct = node.Mains.Sum(Flops), main = cost.Flops ?? direct, tail = node.Tails.Sum(Flops);
        double arithmetic = (main / cost.Efficiency) + node.Tails.Sum(part => Flops(part) / EfficiencyOf(part));
        return new Load(
            main + tail, direct + tail, activations, weights, arithmetic / CostModel.Peak(Lanes, FloatSize));
    }

    static double EfficiencyOf(NhwcNode tail) =>
        Tail.PartOf(tail) is { IsShort: false } ? CostModel.Transcendental : CostModel.Plain;

    long Flops(NhwcNode node) => node.Op.Flops(
        [.. node.Inputs.Select(value => Program.Values[value].Shape)],
        Program.Values[node.Outputs[0]].Shape);

    // Packing weights is most of the work, so that threads share it, the largest first. Each holds what it packs and
    // nothing else.
    ImmutableArray<Step> LowerAll<E>(long[] weights) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var steps = new Step[StepNodes.Length];
        int[] order = [.. Enumerable.Range(0, steps.Length).OrderByDescending(step => weights[step])];
        using var rehearsal = Rehearsal.Begin(this);
        // No step may read a parameter that is an output.
        foreach (var port in Program.Outputs) Held(port.Value);
        void Make(int step)
        {
            steps[step] = Lower<E>(StepNodes[step]);
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

    // True where a step reads parameters as ordinary values.
    internal bool ReadsConstants(FusedNode node)
    {
        lock (_constants) return node.Reads.Any(value => _constants.ContainsKey(BufferOf(value).Home));
    }

    long WeightsOf(FusedNode node, HashSet<int> seen, Packings? lent) => node.Reads.Sum(value =>
        Program.Values[value] is { Leaf: { } leaf } parameter && seen.Add(value) && lent?.Holds(parameter) is not true
            ? leaf.Bytes
            : 0);

    Step Lower<E>(FusedNode node) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var site = SiteOf<E>(node);
        // No kernel need know how to cut nothing into pieces.
        bool none = node.Defines.All(value => Program.Values[value].Shape.Elements == 0);
        var step = none ? new CopyStep(Lanes, [])
            : node.Then is { } then
            ? Lowerings.Of(then.Main.Op).LowerBands(
                Lowerings.Of(node.Main.Op).Bands(site), site, SiteOf<E>(then))
            : Lowerings.Of(node.Main.Op).Lower(site);
        var halos = node.Defines.Select(value => BufferOf(RootOf(value))).Where(b => b.Pixels.HasHalo)
            .ToImmutableArray();
        return halos.IsEmpty ? step : new HaloStep<E>(step, halos);
    }

    StepSite<E> SiteOf<E>(FusedNode node) where E : unmanaged, IBinaryFloatingPointIeee754<E> => new(
        Program, node.Main, node.Tail, node.RowMeans?.Outputs[0], Lanes, ExactOrder, Threads, Memory, _packings,
        Held);

    // A value's buffer, the elements in it where it is a parameter.
    ValueBuffer Held(int value)
    {
        var buffer = BufferOf(value);
        if (Program.Values[buffer.Home].Leaf is not null)
        {
            lock (_constants)
            {
                if (!_constants.ContainsKey(buffer.Home)) _constants[buffer.Home] = Hold(Program.Values[buffer.Home]);
            }
        }
        return buffer;
    }

    // A parameter that steps read as an ordinary value: floating-point numbers in the plan's precision, others as they
    // are.
    unsafe Constant Hold(NhwcValue parameter) => _packings.Of(new Packing(PackingSource.Of(parameter), "as is"), () =>
    {
        using var elements = parameter.Borrow();
        var tensor = elements.Tensor;
        var type = tensor.Type.IsFloating() ? Precision : tensor.Type;
        long bytes = tensor.Shape.Elements * type.Size();
        nint address = Memory.Take(bytes);
        tensor.CopyTo(type, new Span<byte>((void*)address, checked((int)bytes)));
        return (new Constant(address, bytes), bytes);
    });

    // Where it lies.
    sealed record Constant(nint Address, long Bytes);
}
