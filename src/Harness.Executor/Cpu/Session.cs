using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>The memory and threads of one run at a time of a <see cref="Plan"/>. Sessions of one plan are independent
/// of each other; one session is used by one thread at a time. Owns native memory: dispose it.</summary>
/// <remarks>After the constructor, writing, running and reading spans allocate nothing. Elements are of the port's own
/// type: the plan's precision for floating-point numbers, int64, int32, uint8, bool and their like for
/// others.</remarks>
public sealed unsafe class Session : IDisposable
{
    readonly Plan _plan;
    readonly Workers _workers;
    readonly List<nint> _allocations = [];
    readonly byte** _values;
    bool _disposed;

    /// <summary>A session of a plan that nobody else needs: its memory goes with the session's.</summary>
    /// <typeparam name="E">float or double: what floating-point values are computed and stored in.</typeparam>
    /// <exception cref="ModelException">PAR9004: it needs more memory than there is.</exception>
    public static Session Open<E>(NhwcProgram model, PlanOptions? options = null)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var plan = Plan.Compile<E>(model, options);
        return plan.CreateSession();
    }

    internal Session(Plan plan)
    {
        _plan = plan;
        int count = plan.Program.Values.Length;
        MemoryLimit.Require(plan.ArenaBytes, plan.Threads, plan.ScratchBytes);
        plan.Memory.Retain();
        try
        {
            _values = (byte**)Allocate((nuint)count * (nuint)sizeof(byte*));
            byte* arena = (byte*)Allocate((nuint)plan.ArenaBytes);
            for (int value = 0; value < count; value++) _values[value] = plan.AddressOf(value, arena);
            byte** scratch = (byte**)Allocate((nuint)plan.Threads * (nuint)sizeof(byte*));
            for (int worker = 0; worker < plan.Threads; worker++)
                scratch[worker] = (byte*)Allocate((nuint)plan.ScratchBytes);
            _workers = new Workers(plan.Threads, _values, scratch);
        }
        catch (OutOfMemoryException)
        {
            Free();
            throw MemoryLimit.Refusal(plan.ArenaBytes, plan.Threads, plan.ScratchBytes, "the system refused it");
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>The plan.</summary>
    public Plan Plan => _plan;

    /// <summary>Runs a model of one input and one output on elements in memory order: (n, h, w, c) for
    /// images.</summary>
    /// <exception cref="ArgumentException">A span's type or length is not the port's.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public void Run<TIn, TOut>(ReadOnlySpan<TIn> input, Span<TOut> output, CancellationToken cancellation = default)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        WriteInput(0, input);
        Run(cancellation);
        ReadOutput(0, output);
    }

    /// <summary>Fills input <paramref name="port"/> from elements in memory order.</summary>
    /// <exception cref="ArgumentException">The type or the length is not the port's.</exception>
    public void WriteInput<E>(int port, ReadOnlySpan<E> elements) where E : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Inputs[port].Value);
        Check<E>(buffer, elements.Length, nameof(elements));
        E* at = (E*)_values[buffer.Value] + buffer.Origin;
        foreach (var (offset, first, length) in new Rows(buffer))
            elements.Slice((int)first, length).CopyTo(new Span<E>(at + offset, length));
    }

    /// <summary>Copies output <paramref name="port"/> in memory order.</summary>
    /// <exception cref="ArgumentException">The type or the length is not the port's.</exception>
    public void ReadOutput<E>(int port, Span<E> elements) where E : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Outputs[port].Value);
        Check<E>(buffer, elements.Length, nameof(elements));
        E* at = (E*)_values[buffer.Value] + buffer.Origin;
        foreach (var (offset, first, length) in new Rows(buffer))
            new ReadOnlySpan<E>(at + offset, length).CopyTo(elements.Slice((int)first, length));
    }

    /// <summary>Fills input <paramref name="port"/> from the bytes of elements in memory order, of whatever type they
    /// are.</summary>
    /// <exception cref="ArgumentException">The length is not the port's.</exception>
    public void WriteInputBytes(int port, ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Inputs[port].Value);
        Check(buffer, bytes, nameof(bytes));
        foreach (var (offset, first, length) in new Rows(buffer))
            bytes.Slice(checked((int)(first * Size(buffer))), length * Size(buffer))
                .CopyTo(Row(buffer, offset, length));
    }

    /// <summary>Copies the bytes of output <paramref name="port"/> in memory order, of whatever type its elements
    /// are.</summary>
    /// <exception cref="ArgumentException">The length is not the port's.</exception>
    public void ReadOutputBytes(int port, Span<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(_plan.Model.Outputs[port].Value);
        Check(buffer, bytes, nameof(bytes));
        foreach (var (offset, first, length) in new Rows(buffer))
            Row(buffer, offset, length)
                .CopyTo(bytes.Slice(checked((int)(first * Size(buffer))), length * Size(buffer)));
    }

    static int Size(ValueBuffer buffer) => buffer.Type.Size();

    Span<byte> Row(ValueBuffer buffer, nint offset, int length) =>
        new(_values[buffer.Value] + ((buffer.Origin + offset) * Size(buffer)), length * Size(buffer));

    static void Check(ValueBuffer buffer, ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length != buffer.Shape.Elements * Size(buffer))
            throw new ArgumentException($"found {bytes.Length} bytes, expected {buffer.Shape.Elements * Size(buffer)}",
                name);
    }

    /// <summary>The rows that <see cref="InputRow"/> counts.</summary>
    public int InputRows(int port) => RowsOf(_plan.Model.Inputs[port].Value);

    /// <summary>The memory of one row of an input, to be filled in place instead of copied by <see cref="WriteInput"/>:
    /// the (w, c) of image row <c>n · h + row</c> for images, of rows of all planes for volumes, of each sequence by
    /// itself, else the whole value in memory order as its one row. Runs leave inputs as they are. Valid until the
    /// session is disposed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<E> InputRow<E>(int port, int row) where E : unmanaged => Row<E>(_plan.Model.Inputs[port].Value, row);

    /// <summary>The rows that <see cref="OutputRow"/> counts.</summary>
    public int OutputRows(int port) => RowsOf(_plan.Model.Outputs[port].Value);

    /// <summary>The memory of one row of an output, read in place instead of copied by <see cref="ReadOutput"/>; rows
    /// as those of <see cref="InputRow"/>. Holds the result until the next run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<E> OutputRow<E>(int port, int row)
        where E : unmanaged => Row<E>(_plan.Model.Outputs[port].Value, row);

    int RowsOf(int value) => _plan.BufferOf(value).Pixels.Rows;

    Span<E> Row<E>(int value, int row) where E : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var buffer = _plan.BufferOf(value);
        var pixels = buffer.Pixels;
        CheckType<E>(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowsOf(value));
        return new Span<E>((E*)_values[buffer.Value] + pixels.RowIndex(row), pixels.W * pixels.C);
    }

    /// <summary>Computes all outputs from the inputs as written.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; the outputs are then
    /// undefined.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int step = 0; step < _plan.Steps.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
        }
        // Native memory goes with whoever can no longer be reached: not before the last piece is done.
        GC.KeepAlive(this);
    }

    /// <summary>Computes one node from its operands as they are; aliases have nothing to compute.</summary>
    /// <exception cref="InvalidOperationException">The plan does not keep all values.</exception>
    public void RunNode(int node)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_plan.KeepsAll)
            throw new InvalidOperationException("single nodes run only where PlanOptions.KeepAll is set");
        foreach (int step in _plan.StepsOfNode[node]) _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
        GC.KeepAlive(this);
    }

    /// <summary>Runs one step of the plan by itself, on values as they are. All steps in order are a
    /// <see cref="Run(CancellationToken)"/>: for those who measure them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The plan has no such step.</exception>
    public void RunStep(int step)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, _plan.Steps.Length);
        _workers.Run(_plan.Steps[step], _plan.RunsAlone(step));
        GC.KeepAlive(this);
    }

    /// <summary>Fills a value from elements in PyTorch's axis order, rounding to the value's type: an input, or with
    /// <see cref="PlanOptions.KeepAll"/> any computed value.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    /// <exception cref="OverflowException">An integer's type does not hold a number.</exception>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan, or is a
    /// parameter.</exception>
    public void Write(int value, ReadOnlySpan<double> elements)
    {
        var buffer = Writable(value);
        Check(buffer, elements.Length, nameof(elements));
        switch (buffer.Type)
        {
            case ElementType.Float32: Scatter<double, float>(buffer, elements); break;
            case ElementType.Float64: Scatter<double, double>(buffer, elements); break;
            case ElementType.Int64: Scatter<double, long>(buffer, elements); break;
            case ElementType.Int32: Scatter<double, int>(buffer, elements); break;
            case ElementType.Int16: Scatter<double, short>(buffer, elements); break;
            case ElementType.Int8: Scatter<double, sbyte>(buffer, elements); break;
            default: Scatter<double, byte>(buffer, elements); break;
        }
    }

    /// <summary>Fills a value from a tensor in PyTorch's axis order: floating-point numbers are rounded to the plan's
    /// precision, integers and Booleans keep their type.</summary>
    /// <exception cref="ArgumentException">The shape or the type is not the value's.</exception>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan, or is a
    /// parameter.</exception>
    public void Write(int value, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var buffer = Writable(value);
        if (tensor.Shape != buffer.Shape || Fact.Of(tensor.Type, tensor.Shape).Type != _plan.Model.Values[value].Type)
            throw new ArgumentException($"found {tensor}, expected {_plan.Model.Values[value].Fact}", nameof(tensor));
        switch (tensor.Type)
        {
            case ElementType.Int64: Scatter<long, long>(buffer, tensor.As<long>()); break;
            case ElementType.Int32: Scatter<int, int>(buffer, tensor.As<int>()); break;
            case ElementType.Int16: Scatter<short, short>(buffer, tensor.As<short>()); break;
            case ElementType.Int8: Scatter<sbyte, sbyte>(buffer, tensor.As<sbyte>()); break;
            case ElementType.UInt8 or ElementType.Bool: Scatter<byte, byte>(buffer, tensor.As<byte>()); break;
            case ElementType.Float32 when buffer.Type == ElementType.Float32:
                Scatter<float, float>(buffer, tensor.As<float>());
                break;
            default: Write(value, tensor.ToDoubles()); break;
        }
    }

    /// <summary>Copies a value in PyTorch's axis order: an output or input, or with <see cref="PlanOptions.KeepAll"/>
    /// any value. Exact but for int64 beyond 2^53.</summary>
    /// <exception cref="ArgumentException">The length is not the value's element count.</exception>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan.</exception>
    public void Read(int value, Span<double> elements)
    {
        var buffer = Readable(value);
        Check(buffer, elements.Length, nameof(elements));
        switch (buffer.Type)
        {
            case ElementType.Float32: Gather<float, double>(buffer, elements); break;
            case ElementType.Float64: Gather<double, double>(buffer, elements); break;
            case ElementType.Int64: Gather<long, double>(buffer, elements); break;
            case ElementType.Int32: Gather<int, double>(buffer, elements); break;
            case ElementType.Int16: Gather<short, double>(buffer, elements); break;
            case ElementType.Int8: Gather<sbyte, double>(buffer, elements); break;
            default: Gather<byte, double>(buffer, elements); break;
        }
    }

    /// <summary>A value in PyTorch's axis order and its own type, floating-point numbers in the plan's
    /// precision.</summary>
    /// <exception cref="InvalidOperationException">The value has no memory of its own in this plan.</exception>
    /// <exception cref="ModelException">PAR9004: it is more than one array holds.</exception>
    public Tensor Read(int value)
    {
        var buffer = Readable(value);
        MemoryLimit.RequireArray(Plan.Program.Values[value].Name, buffer.Type, buffer.Shape);
        byte[] bytes = new byte[buffer.Shape.Elements * buffer.Type.Size()];
        switch (buffer.Type.Size())
        {
            case 8: Gather<ulong, ulong>(buffer, MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan())); break;
            case 4: Gather<uint, uint>(buffer, MemoryMarshal.Cast<byte, uint>(bytes.AsSpan())); break;
            case 2: Gather<ushort, ushort>(buffer, MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())); break;
            default: Gather<byte, byte>(buffer, bytes); break;
        }
        return new Tensor(buffer.Type, buffer.Shape, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Scatter<TFrom, TTo>(ValueBuffer buffer, ReadOnlySpan<TFrom> elements)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        // The halo around the interior is zero.
        Halo.Clear((TTo*)_values[buffer.Value], buffer.Pixels);
        TTo* at = (TTo*)_values[buffer.Value] + buffer.Origin;
        var runs = new LogicalRuns(buffer);
        int length = runs.Length, i = 0;
        nint stride = runs.Stride;
        bool rounds = buffer.Type.IsFloating();
        foreach (nint run in runs)
        {
            for (int k = 0; k < length; k++, i++)
                at[run + (k * stride)] = rounds ? TTo.CreateTruncating(elements[i]) : TTo.CreateChecked(elements[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Gather<TFrom, TTo>(ValueBuffer buffer, Span<TTo> elements)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        TFrom* at = (TFrom*)_values[buffer.Value] + buffer.Origin;
        // Channels lie side by side here and apart there: in tiles both sides use whole cache lines.
        if (typeof(TFrom) == typeof(TTo))
        {
            fixed (TTo* to = elements)
            {
                var extents = buffer.Shape.AsSpan();
                StridedCopy.Copy(
                    extents, StridedCopy.ContiguousStrides(extents), buffer.LogicalStrides(), to, (TTo*)at);
            }
            return;
        }
        var runs = new LogicalRuns(buffer);
        int length = runs.Length, i = 0;
        nint stride = runs.Stride;
        foreach (nint run in runs)
            for (int k = 0; k < length; k++) elements[i++] = TTo.CreateTruncating(at[run + (k * stride)]);
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
        bool port = _plan.KeepsAll || _plan.Model.Inputs.Any(p => p.Value == value)
            || _plan.Model.Outputs.Any(p => p.Value == value);
        if (!port || _values[value] is null)
            throw new InvalidOperationException(
                $"'{_plan.Model.Values[value].Name}' is not kept; PlanOptions.KeepAll keeps all values");
        return _plan.BufferOf(value);
    }

    ValueBuffer Writable(int value)
    {
        var buffer = Readable(value);
        return _plan.Model.Values[_plan.RootOf(value)].Leaf is null
            ? buffer
            : throw new InvalidOperationException($"'{_plan.Model.Values[value].Name}' is a parameter");
    }

    static void Check<E>(ValueBuffer buffer, long length, string name) where E : unmanaged
    {
        CheckType<E>(buffer);
        Check(buffer, length, name);
    }

    static void CheckType<E>(ValueBuffer buffer) where E : unmanaged
    {
        if (ElementTypes.Of<E>() != buffer.Type)
            throw new ArgumentException($"found elements of {typeof(E).Name}, expected {buffer.Type.NumPyName()}");
    }

    static void Check(ValueBuffer buffer, long length, string name)
    {
        if (length != buffer.Shape.Elements)
            throw new ArgumentException($"found {length} elements, expected {buffer.Shape.Elements} for {buffer.Shape}",
                name);
    }

    void* Allocate(nuint bytes)
    {
        nuint size = Math.Max(bytes, 1);
        void* memory = LargePages.Allocate(size, Arena.Alignment);
        _allocations.Add((nint)memory);
        // Fresh pages are zero anyway; recycled ones must not bring a NaN into a value that nobody wrote.
        NativeMemory.Clear(memory, size);
        return memory;
    }

    void Free()
    {
        foreach (nint memory in _allocations) LargePages.Free((void*)memory);
        _allocations.Clear();
        _plan.Memory.Release();
    }
}
