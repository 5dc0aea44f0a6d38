using System.Runtime.CompilerServices;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Runners;

/// <summary>A runner in another process, at the other end of a <see cref="RunnerChannel"/>.</summary>
/// <remarks>One thread at a time.</remarks>
public sealed class RemoteRunner : Runner
{
    readonly RunnerChannel _channel;
    readonly Func<Exception, Exception> _ended;
    int _sessions;

    /// <summary>Starts the runner at the other end.</summary>
    /// <param name="channel">Leads there; ends with this runner.</param>
    /// <param name="device"><c>cpu-torch</c> or <c>cuda</c>.</param>
    /// <param name="threads">Threads on the CPU; 0 for the runner's own choice.</param>
    /// <param name="ended">What to throw where the other side is gone, given what showed it.</param>
    /// <exception cref="ModelException">PAR9001: it cannot load what it runs on; PAR9002: the device is not
    /// there.</exception>
    public RemoteRunner(RunnerChannel channel, string device, int threads, Func<Exception, Exception> ended)
    {
        _channel = channel;
        _ended = ended;
        Device = device;
        Ask(() =>
        {
            _channel.Send(RunnerRequest.Start);
            _channel.Send(device);
            _channel.Send(threads);
            _channel.Await();
        });
    }

    /// <inheritdoc/>
    public override string Device { get; }

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override RunnerSession Open(NhwcProgram program, RunMode mode, ElementType precision)
    {
        var portable = PortableProgram.Of(program);
        var session = new RemoteSession(this, program, _sessions++, precision);
        try
        {
            Ask(() => Load(session, portable, mode, precision));
        }
        catch
        {
            session.Dispose();
            throw;
        }
        return session;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _channel.Dispose();

    void Load(RemoteSession session, PortableProgram portable, RunMode mode, ElementType precision)
    {
        Begin(RunnerRequest.Open, session.Number);
        _channel.Send((int)mode);
        _channel.Send((int)precision);
        _channel.Send(portable);
        _channel.Await();
        // One at a time: nobody holds a second copy of all weights.
        foreach (var (id, value) in portable.Values)
        {
            if (!value.IsLeaf) continue;
            using var elements = session.Program.Values[id].Borrow();
            SendLeaf(session.Number, id, elements.Tensor);
        }
    }

    void SendLeaf(int session, int value, Tensor leaf)
    {
        Begin(RunnerRequest.Leaf, session);
        _channel.Send(value);
        _channel.Send((int)leaf.Type);
        _channel.Send(leaf.Shape.Rank);
        foreach (int extent in leaf.Shape.AsSpan()) _channel.Send(extent);
        _channel.Send(leaf.Bytes.Span);
        _channel.Await();
    }

    void Begin(RunnerRequest request, int session)
    {
        _channel.Send(request);
        _channel.Send(session);
    }

    void Ask(Action request)
    {
        try
        {
            request();
        }
        // A closed pipe: reading ends, writing fails, or a cancelled run has disposed of the process.
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            throw _ended(exception);
        }
    }

    sealed class RemoteSession(RemoteRunner runner, NhwcProgram program, int number, ElementType precision)
        : RunnerSession(program, precision)
    {
        bool _disposed;

        public int Number => number;

        public override void Write(int value, ReadOnlySpan<double> elements) =>
            Send(RunnerRequest.Write, value, ElementType.Float64, elements);

        public override void Write(int value, Tensor tensor)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            var fact = Program.Values[value].Fact;
            if (Fact.Of(tensor.Type, tensor.Shape) != fact)
                throw new ArgumentException($"found {tensor}, expected {fact}", nameof(tensor));
            Send(RunnerRequest.Write, value, tensor.Type, tensor.Bytes.Span);
        }

        public override void WriteMemory<E>(int value, ReadOnlySpan<E> elements) =>
            Send(RunnerRequest.WriteMemory, value, Own<E>(value), elements);

        public override void Read(int value, Span<double> elements) =>
            Receive(RunnerRequest.Read, value, ElementType.Float64, elements);

        public override Tensor Read(int value)
        {
            var (type, shape) = (TypeOf(value), Program.Values[value].Shape);
            var bytes = new byte[checked((int)(shape.Elements * type.Size()))];
            Receive(RunnerRequest.Read, value, type, bytes.AsSpan());
            return new Tensor(type, shape, bytes);
        }

        public override void ReadMemory<E>(int value, Span<E> elements) =>
            Receive(RunnerRequest.ReadMemory, value, Own<E>(value), elements);

        public override void Run(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            runner.Ask(() =>
            {
                runner.Begin(RunnerRequest.Run, number);
                runner._channel.Await();
            });
        }

        public override void RunNode(int node) => runner.Ask(() =>
        {
            runner.Begin(RunnerRequest.RunNode, number);
            runner._channel.Send(node);
            runner._channel.Await();
        });

        protected override void Dispose(bool disposing)
        {
            if (_disposed) return;
            _disposed = true;
            try
            {
                runner.Begin(RunnerRequest.Close, number);
                runner._channel.Await();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // Its memory went with the process; whoever asks for more is told.
            }
        }

        void Send<T>(RunnerRequest request, int value, ElementType type, ReadOnlySpan<T> elements) where T : unmanaged
        {
            Check<T>(value, type, elements.Length);
            try
            {
                Begin(request, value, type);
                runner._channel.Send(elements);
                runner._channel.Await();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                throw runner._ended(exception);
            }
        }

        void Receive<T>(RunnerRequest request, int value, ElementType type, Span<T> elements) where T : unmanaged
        {
            Check<T>(value, type, elements.Length);
            try
            {
                Begin(request, value, type);
                runner._channel.Await();
                runner._channel.Receive(elements);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                throw runner._ended(exception);
            }
        }

        void Begin(RunnerRequest request, int value, ElementType type)
        {
            runner.Begin(request, number);
            runner._channel.Send(value);
            runner._channel.Send((int)type);
        }

        void Check<T>(int value, ElementType type, long length) where T : unmanaged
        {
            var known = Program.Values[value];
            if (length * Unsafe.SizeOf<T>() != known.Shape.Elements * type.Size())
                throw new ArgumentException($"found {length} elements, '{known.Name}' is {known.Shape}");
        }

        ElementType Own<E>(int value) where E : unmanaged =>
            ElementTypes.Of<E>() is var type && type == TypeOf(value)
                ? type
                : throw new ArgumentException(
                    $"found {type.NumPyName()}, '{Program.Values[value].Name}' is {TypeOf(value).NumPyName()}");
    }
}
