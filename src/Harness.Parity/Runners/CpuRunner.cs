using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Runners;

/// <summary>Plans of the executor, in this process.</summary>
/// <param name="threads">Workers; 0 means one a processor.</param>
/// <param name="lanes">Register width; null means what the environment says, else the widest.</param>
/// <param name="exactOrder">Without Winograd's transform in <see cref="RunMode.Fast"/> too.</param>
public sealed class CpuRunner(int threads = 0, LaneWidth? lanes = null, bool exactOrder = false) : Runner
{
    /// <summary>What users call it.</summary>
    public const string Name = "cpu";

    /// <inheritdoc/>
    public override string Device => Name;

    /// <summary>Workers; 0 means one a processor.</summary>
    internal int Threads => threads;

    /// <summary>The same with as many workers.</summary>
    internal CpuRunner WithThreads(int count) => new(count, lanes, exactOrder);

    /// <inheritdoc/>
    public override RunnerSession Open(NhwcProgram program, RunMode mode, ElementType precision)
    {
        var options = new PlanOptions
        {
            Threads = threads,
            Lanes = lanes,
            KeepAll = mode == RunMode.EachNode,
            // Batch norms folded into weights would round.
            Fuse = mode != RunMode.Plain,
            ExactOrder = exactOrder || mode == RunMode.Plain,
        };
        return new CpuSession(program, precision, options);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) { }

    // The only code of the gate that knows plans and sessions.
    sealed class CpuSession : RunnerSession
    {
        readonly Plan _plan;
        readonly Session _session;
        readonly Dictionary<int, int> _inputs, _outputs;

        public CpuSession(NhwcProgram program, ElementType precision, PlanOptions options) : base(program, precision)
        {
            _plan = Plan.Compile(program, precision, options);
            try
            {
                _session = _plan.CreateSession();
            }
            catch
            {
                _plan.Dispose();
                throw;
            }
            _inputs = program.Inputs.Select((port, i) => (port.Value, i)).ToDictionary();
            _outputs = program.Outputs.Select((port, i) => (port.Value, i)).DistinctBy(pair => pair.Value)
                .ToDictionary();
        }

        public override AdditionOrder? Order => AdditionOrder.Of(_plan);

        public override void Write(int value, ReadOnlySpan<double> elements) => _session.Write(value, elements);

        public override void Write(int value, Tensor tensor) => _session.Write(value, tensor);

        public override void Read(int value, Span<double> elements) => _session.Read(value, elements);

        public override Tensor Read(int value) => _session.Read(value);

        public override void WriteMemory<E>(int value, ReadOnlySpan<E> elements) =>
            _session.WriteInput(_inputs[value], elements);

        public override void ReadMemory<E>(int value, Span<E> elements) =>
            _session.ReadOutput(_outputs[value], elements);

        public override void Run(CancellationToken cancellation) => _session.Run(cancellation);

        public override void RunNode(int node) => _session.RunNode(node);

        protected override void Dispose(bool disposing)
        {
            _session.Dispose();
            _plan.Dispose();
        }
    }
}
