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
        // What users run; elsewhere every node is a part of what is held.
        var run = mode == RunMode.Fast ? ConstantFold.Apply(program, options) : program;
        return new CpuSession(program, run, precision, options);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) { }

    // The only code of the gate that knows plans and sessions.
    sealed class CpuSession : RunnerSession
    {
        readonly Plan _plan;
        readonly Session _session;
        readonly Dictionary<int, int> _inputs, _outputs;
        // A value's number in the program that is run, where that is another one: ports alone are readable then.
        readonly Dictionary<int, int>? _numbers;

        public CpuSession(NhwcProgram program, NhwcProgram run, ElementType precision, PlanOptions options)
            : base(program, precision)
        {
            if (run != program)
            {
                _numbers = program.Inputs.Concat(program.Outputs).Zip(run.Inputs.Concat(run.Outputs))
                    .DistinctBy(ports => ports.First.Value)
                    .ToDictionary(ports => ports.First.Value, ports => ports.Second.Value);
            }
            _plan = Plan.Compile(run, precision, options);
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

        public override void Write(int value, ReadOnlySpan<double> elements) => _session.Write(Of(value), elements);

        public override void Write(int value, Tensor tensor) => _session.Write(Of(value), tensor);

        public override void Read(int value, Span<double> elements) => _session.Read(Of(value), elements);

        public override Tensor Read(int value) => _session.Read(Of(value));

        int Of(int value) => _numbers?[value] ?? value;

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
