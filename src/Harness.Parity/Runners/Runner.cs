using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Runners;

/// <summary>What a run of a program is for.</summary>
public enum RunMode
{
    /// <summary>What users run: as fast as the runner can, only inputs and outputs readable.</summary>
    Fast,

    /// <summary>Every node as the program states it, nothing folded into another; only inputs and outputs
    /// readable.</summary>
    Plain,

    /// <summary>Every node by itself, every value readable and writable.</summary>
    EachNode,
}

/// <summary>What executes converted programs: plans in this process, or libtorch in one of its own. The checks know
/// nothing else about either.</summary>
public abstract class Runner : IDisposable
{
    /// <summary>What users call it: <c>cpu</c>, <c>cpu-torch</c>, <c>cuda</c>.</summary>
    public abstract string Device { get; }

    /// <summary>True where the kernels are not this project's. The float32 limits that ops state are what this
    /// project's kernels reach; others add in an order of their own, which no golden has recorded.</summary>
    public virtual bool IsForeign => false;

    /// <summary>Makes a program ready to run; its parameters are taken from its Flax leaves. One run's memory is alive
    /// until the session is disposed.</summary>
    /// <param name="program">The program, or a part of one whose inputs and outputs are ports.</param>
    /// <param name="mode">What for.</param>
    /// <param name="precision">float32 or float64: the arithmetic, and the type of every floating-point value.</param>
    /// <exception cref="ModelException">The runner cannot execute it.</exception>
    public abstract RunnerSession Open(NhwcProgram program, RunMode mode, ElementType precision);

    /// <summary>Ends what the runner has started; its sessions are dead.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what the runner has started.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>One program in one precision with the values of one run. Values are exchanged in PyTorch's axis order, or
/// in memory order, which is <see cref="NhwcValue.Physical"/> without gaps.</summary>
public abstract class RunnerSession : IDisposable
{
    /// <summary>A session of this program.</summary>
    protected RunnerSession(NhwcProgram program, ElementType precision) => (Program, Precision) = (program, precision);

    /// <summary>The program.</summary>
    public NhwcProgram Program { get; }

    /// <summary>float32 or float64: the type of every floating-point value.</summary>
    public ElementType Precision { get; }

    /// <summary>The element type of a value in this session.</summary>
    public ElementType TypeOf(int value) =>
        Program.Values[value].Type is var type && type.IsFloating() ? Precision : type;

    /// <summary>In which order the runner adds; null where it does not say.</summary>
    public virtual AdditionOrder? Order => null;

    /// <summary>Fills a value from elements in PyTorch's axis order, rounded to the value's type.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    public abstract void Write(int value, ReadOnlySpan<double> elements);

    /// <summary>Fills a value from a tensor in PyTorch's axis order: floating-point numbers are rounded to the
    /// session's precision, integers and Booleans keep their type.</summary>
    /// <exception cref="ArgumentException">The shape or the type is not the value's.</exception>
    public abstract void Write(int value, Tensor tensor);

    /// <summary>A value in PyTorch's axis order and in its own type.</summary>
    public abstract Tensor Read(int value);

    /// <summary>Copies a value in PyTorch's axis order.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    public abstract void Read(int value, Span<double> elements);

    /// <summary>Fills a port from elements in memory order.</summary>
    /// <typeparam name="E">The value's type in this session.</typeparam>
    /// <exception cref="ArgumentException">Another type, or the length is not the value's element count.</exception>
    public abstract void WriteMemory<E>(int value, ReadOnlySpan<E> elements) where E : unmanaged;

    /// <summary>Copies a port in memory order.</summary>
    /// <typeparam name="E">The value's type in this session.</typeparam>
    /// <exception cref="ArgumentException">Another type, or the length is not the value's element count.</exception>
    public abstract void ReadMemory<E>(int value, Span<E> elements) where E : unmanaged;

    /// <summary>Computes all outputs from the inputs as written.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the outputs are then undefined.</exception>
    public abstract void Run(CancellationToken cancellation);

    /// <summary>Computes one node from its operands as they are, in a session of <see
    /// cref="RunMode.EachNode"/>.</summary>
    public abstract void RunNode(int node);

    /// <summary>Frees the run's memory.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the run's memory.</summary>
    protected abstract void Dispose(bool disposing);
}
