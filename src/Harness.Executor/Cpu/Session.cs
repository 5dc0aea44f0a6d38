using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>The memory and threads of one run at a time of a <see cref="Plan{E}"/>. Sessions of one plan are independent of each
/// other; one session is used by one thread at a time. Owns native memory: dispose it.</summary>
/// <remarks>After the constructor, writing, running and reading allocate nothing.</remarks>
public sealed unsafe class Session<E> : IDisposable where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Plan<E> _plan;
    readonly Workers<E> _workers;
    readonly List<nint> _allocations = [];
    readonly E** _values;
    bool _disposed;

    internal Session(Plan<E> plan)
    {
        _plan = plan;
        int count = plan.Program.Values.Length;
        RequireMemory(plan);
        try
        {
            _values = (E**)Allocate((nuint)count * (nuint)sizeof(E*));
            byte* arena = (byte*)Allocate((nuint)plan.ArenaBytes);
            for (int value = 0; value < count; value++)
            {
                int root = plan.RootOf(value);
                _values[value] = plan.Constants.TryGetValue(root, out var constant) ? constant.Address
                    : plan.OffsetOf(root) >= 0 ? (E*)(arena + plan.OffsetOf(root))
                    : null;
            }
            E** scratch = (E**)Allocate((nuint)plan.Threads * (nuint)sizeof(E*));
            for (int worker = 0; worker < plan.Threads; worker++)
                scratch[worker] = (E*)Allocate((nuint)plan.ScratchElements * (nuint)sizeof(E));
            _workers = new Workers<E>(plan.Threads, _values, scratch);
        }
        catch (OutOfMemoryException)
        {
            Free();
            throw NotEnough(plan, "the system refused it");
        }
        catch
        {
            Free();
            throw;
        }
    }

    // Linux promises memory that it does not have and ends the process that then touches it. The first figure is the machine's
    // or container's, but less where the managed heap, which holds none of this, has a limit of its own; the second is most of
    // it either way.
    static void RequireMemory(Plan<E> plan)
    {
        var memory = GC.GetGCMemoryInfo();
        long most = Math.Max(memory.TotalAvailableMemoryBytes, memory.HighMemoryLoadThresholdBytes);
        if (most > 0 && BytesOf(plan) > most) throw NotEnough(plan, $"there are {MiB(most)}");
    }

    static Int128 BytesOf(Plan<E> plan) => plan.ArenaBytes + ((Int128)plan.Threads * plan.ScratchElements * sizeof(E));

    static ModelException NotEnough(Plan<E> plan, string why) => new(new Finding(Codes.OutOfMemory, "",
        $"a run needs {MiB(BytesOf(plan))} of memory ({MiB(plan.ArenaBytes)} of activations, {plan.Threads} threads), {why}; " +
        "a smaller input shape or fewer threads need less"));

    static string MiB(Int128 bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1 << 20):0} MiB");

    /// <summary>The plan.</summary>
    public Plan<E> Plan => _plan;

    /// <summary>Runs a model of one input and one output on elements in memory order: (n, h, w, c) for images.</summary>
    /// <exception cref="ArgumentException">A span's length is not the port's element count.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public void Run(ReadOnlySpan<E> input, Span<E> output, CancellationToken cancellation = default)
    {
        WriteInput(0, input);
        Run(cancellation);
        ReadOutput(0, output);
    }

    /// <summary>Fills input <paramref name="port"/> from elements in memory order.</summary>
    /// <exception cref="ArgumentException">The length is not the port's element count.</exception>
    public void WriteInput(int port, ReadOnlySpan<E> elements)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Inputs[port].Value);
        Check(buffer, elements.Length, nameof(elements));
        E* at = _values[buffer.Value] + buffer.Origin;
        foreach (var (offset, first, length) in new Rows(buffer))
            elements.Slice((int)first, length).CopyTo(new Span<E>(at + offset, length));
    }

    /// <summary>Copies output <paramref name="port"/> in memory order.</summary>
    /// <exception cref="ArgumentException">The length is not the port's element count.</exception>
    public void ReadOutput(int port, Span<E> elements)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Outputs[port].Value);
        Check(buffer, elements.Length, nameof(elements));
        E* at = _values[buffer.Value] + buffer.Origin;
        foreach (var (offset, first, length) in new Rows(buffer))
            new ReadOnlySpan<E>(at + offset, length).CopyTo(elements.Slice((int)first, length));
    }

    /// <summary>The rows that <see cref="InputRow"/> counts.</summary>
    public int InputRows(int port) => RowsOf(_plan.Model.Inputs[port].Value);

    /// <summary>The memory of one row of an input, to be filled in place instead of copied by <see cref="WriteInput"/>: the
    /// (w, c) of image row <c>n · h + row</c> for images, else the whole value in memory order as its one row. Runs leave
    /// inputs as they are. Valid until the session is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<E> InputRow(int port, int row) => Row(_plan.Model.Inputs[port].Value, row);

    /// <summary>The rows that <see cref="OutputRow"/> counts.</summary>
    public int OutputRows(int port) => RowsOf(_plan.Model.Outputs[port].Value);

    /// <summary>The memory of one row of an output, read in place instead of copied by <see cref="ReadOutput"/>; rows as those
    /// of <see cref="InputRow"/>. Holds the result until the next run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<E> OutputRow(int port, int row) => Row(_plan.Model.Outputs[port].Value, row);

    int RowsOf(int value)
    {
        var buffer = _plan.BufferOf(value);
        return buffer.Physical.Rank == 4 ? buffer.Pixels.N * buffer.Pixels.H : 1;
    }

    Span<E> Row(int value, int row)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(value);
        var pixels = buffer.Pixels;
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowsOf(value));
        int n = Math.DivRem(row, pixels.H, out int h);
        return new Span<E>(_values[buffer.Value] + pixels.Index(n, h, 0), pixels.W * pixels.C);
    }

    /// <summary>Computes all outputs from the inputs as written.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; the outputs are then undefined.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int step = 0; step < _plan.Steps.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
        }
    }

    /// <summary>Computes one node from its operands as they are; aliases have nothing to compute.</summary>
    /// <exception cref="InvalidOperationException">The plan does not keep all values.</exception>
    public void RunNode(int node)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_plan.KeepsAll) throw new InvalidOperationException("single nodes run only where PlanOptions.KeepAll is set");
        int step = _plan.StepOfNode[node];
        if (step >= 0) _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
    }

    /// <summary>Runs one step of the plan by itself, on values as they are. All steps in order are a <see cref="Run(CancellationToken)"/>:
    /// for those who measure them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The plan has no such step.</exception>
    public void RunStep(int step)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, _plan.Steps.Length);
        _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
    }

    /// <summary>Fills a value from elements in PyTorch's axis order, rounding to the element type: an input, or with
    /// <see cref="PlanOptions.KeepAll"/> any computed value.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan, or is a parameter.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(int value, ReadOnlySpan<double> elements)
    {
        var buffer = Readable(value);
        if (_plan.Model.Values[_plan.RootOf(value)].Leaf is not null)
            throw new InvalidOperationException($"'{_plan.Model.Values[value].Name}' is a parameter");
        Check(buffer, elements.Length, nameof(elements));
        E* at = Clean(buffer);
        var runs = new LogicalRuns(buffer);
        int length = runs.Length, i = 0;
        nint stride = runs.Stride;
        foreach (nint run in runs)
            for (int k = 0; k < length; k++) at[run + (k * stride)] = E.CreateTruncating(elements[i++]);
    }

    /// <summary>Copies a value in PyTorch's axis order: an output or input, or with <see cref="PlanOptions.KeepAll"/> any value.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(int value, Span<double> elements)
    {
        var buffer = Readable(value);
        Check(buffer, elements.Length, nameof(elements));
        E* at = _values[value] + buffer.Origin;
        var runs = new LogicalRuns(buffer);
        int length = runs.Length, i = 0;
        nint stride = runs.Stride;
        foreach (nint run in runs)
            for (int k = 0; k < length; k++) elements[i++] = double.CreateTruncating(at[run + (k * stride)]);
    }

    /// <summary>Ends the threads and frees the memory.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _workers.Dispose();
        Free();
    }

    ValueBuffer Readable(int value)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        bool port = _plan.KeepsAll || _plan.Model.Inputs.Any(p => p.Value == value) || _plan.Model.Outputs.Any(p => p.Value == value);
        if (!port || _values[value] is null)
            throw new InvalidOperationException($"'{_plan.Model.Values[value].Name}' is not kept; PlanOptions.KeepAll keeps all values");
        return _plan.BufferOf(value);
    }

    // The interior's address, the halo around it zero.
    E* Clean(ValueBuffer buffer)
    {
        Halo.Clear(_values[buffer.Value], buffer.Pixels);
        return _values[buffer.Value] + buffer.Origin;
    }

    static void Check(ValueBuffer buffer, long length, string name)
    {
        if (length != buffer.Shape.Elements)
            throw new ArgumentException($"found {length} elements, expected {buffer.Shape.Elements} for {buffer.Shape}", name);
    }

    void* Allocate(nuint bytes)
    {
        nuint size = Math.Max(bytes, 1);
        bool large = size >= LargePages.Size;
        void* memory = NativeMemory.AlignedAlloc(size, (nuint)(large ? LargePages.Size : Arena.Alignment));
        _allocations.Add((nint)memory);
        if (large) LargePages.Ask(memory, size);
        // Fresh pages are zero anyway; recycled ones must not bring a NaN into a value that nobody wrote.
        NativeMemory.Clear(memory, size);
        return memory;
    }

    void Free()
    {
        foreach (nint memory in _allocations) NativeMemory.AlignedFree((void*)memory);
        _allocations.Clear();
    }
}
