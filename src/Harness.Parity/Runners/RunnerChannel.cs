using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Harness.Executor.Model;

namespace Harness.Parity.Runners;

/// <summary>What a program that wants something run asks of the process that runs it. Each request has one
/// reply.</summary>
public enum RunnerRequest : byte
{
    /// <summary>Device and threads; answered when libtorch is loaded and the device is open.</summary>
    Start,

    /// <summary>A session's number, mode, precision and program.</summary>
    Open,

    /// <summary>A leaf of a session, as it lies in Flax's tree.</summary>
    Leaf,

    /// <summary>A value, the type of the elements that follow, and these in PyTorch's axis order.</summary>
    Write,

    /// <summary>A value, the type of the elements that follow, and these in memory order.</summary>
    WriteMemory,

    /// <summary>A value and a type: asks for its elements in that type and in PyTorch's axis order.</summary>
    Read,

    /// <summary>A value and a type: asks for its elements in that type and in memory order.</summary>
    ReadMemory,

    /// <summary>Runs all nodes.</summary>
    Run,

    /// <summary>Runs one node.</summary>
    RunNode,

    /// <summary>Ends a session.</summary>
    Close,

    /// <summary>A graph document, its weights by key and its inputs; answered by what a golden of them holds.</summary>
    Record,
}

/// <summary>One end of the pair of pipes between a program that wants something run and the process that runs it:
/// numbers, texts, programs and elements in the order in which both sides agree.</summary>
/// <remarks>Elements go straight between the pipe and the memory they belong to.</remarks>
public sealed class RunnerChannel : IDisposable
{
    /// <summary>The variable that tells a process whose work it does: that of the process that started it.</summary>
    public const string ParentVariable = "HARNESS_PARENT_PROCESS";

    const byte Done = 0, Refused = 1;

    // .NET counts bytes of a span in 32 bits.
    const int PieceBytes = 1 << 20;

    readonly BinaryReader _reader;
    readonly BinaryWriter _writer;

    /// <summary>An end; owns both streams.</summary>
    public RunnerChannel(Stream incoming, Stream outgoing)
    {
        _reader = new BinaryReader(new BufferedStream(incoming, PieceBytes), Encoding.UTF8);
        _writer = new BinaryWriter(new BufferedStream(outgoing, PieceBytes), Encoding.UTF8);
    }

    /// <summary>Begins a request.</summary>
    public void Send(RunnerRequest request) => _writer.Write((byte)request);

    /// <summary>Sends a number.</summary>
    public void Send(int number) => _writer.Write(number);

    /// <summary>Sends a text.</summary>
    public void Send(string text) => _writer.Write(text);

    /// <summary>Sends a program.</summary>
    public void Send(PortableProgram program) => ProgramFrames.Write(_writer, program);

    /// <summary>Sends elements; the other side knows how many.</summary>
    public void Send<T>(ReadOnlySpan<T> elements) where T : unmanaged
    {
        int piece = PieceBytes / Unsafe.SizeOf<T>();
        for (int at = 0; at < elements.Length; at += piece)
            _writer.Write(MemoryMarshal.AsBytes(elements.Slice(at, Math.Min(piece, elements.Length - at))));
    }

    /// <summary>Sends a tensor with its type and shape.</summary>
    public void Send(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Send((int)tensor.Type);
        Send(tensor.Shape.Rank);
        foreach (int extent in tensor.Shape.AsSpan()) Send(extent);
        Send(tensor.Bytes.Span);
    }

    /// <summary>Sends tensors with their names.</summary>
    public void Send(IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Send(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            Send(name);
            Send(tensor);
        }
    }

    /// <summary>Sends what stands in buffers.</summary>
    public void Flush() => _writer.Flush();

    /// <summary>Replies that a request is done; elements may follow.</summary>
    public void SendDone() => _writer.Write(Done);

    /// <summary>Replies that a request is refused.</summary>
    public void SendRefusal(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        _writer.Write(Refused);
        _writer.Write(finding.Code);
        _writer.Write(finding.Place);
        _writer.Write(finding.Message);
    }

    /// <summary>Sends the request and waits for its reply; elements may follow.</summary>
    /// <exception cref="ModelException">It is refused.</exception>
    /// <exception cref="IOException">The other side is gone.</exception>
    public void Await()
    {
        Flush();
        if (_reader.ReadByte() == Done) return;
        throw new ModelException(new Finding(_reader.ReadString(), _reader.ReadString(), _reader.ReadString()));
    }

    /// <summary>The next request; null when the other side has ended.</summary>
    public RunnerRequest? NextRequest()
    {
        int next = _reader.BaseStream.ReadByte();
        return next < 0 ? null : (RunnerRequest)next;
    }

    /// <summary>Receives a number.</summary>
    public int ReceiveNumber() => _reader.ReadInt32();

    /// <summary>Receives a text.</summary>
    public string ReceiveText() => _reader.ReadString();

    /// <summary>Receives a program.</summary>
    public PortableProgram ReceiveProgram() => ProgramFrames.Read(_reader);

    /// <summary>Receives as many elements as fit.</summary>
    public void Receive<T>(Span<T> elements) where T : unmanaged
    {
        int piece = PieceBytes / Unsafe.SizeOf<T>();
        for (int at = 0; at < elements.Length; at += piece)
            _reader.BaseStream.ReadExactly(
                MemoryMarshal.AsBytes(elements.Slice(at, Math.Min(piece, elements.Length - at))));
    }

    /// <summary>Receives a tensor.</summary>
    public Tensor ReceiveTensor()
    {
        var type = (ElementType)ReceiveNumber();
        var extents = new int[ReceiveNumber()];
        for (int axis = 0; axis < extents.Length; axis++) extents[axis] = ReceiveNumber();
        var shape = Shape.Create(extents);
        var bytes = new byte[checked((int)(shape.Elements * type.Size()))];
        Receive(bytes.AsSpan());
        return new Tensor(type, shape, bytes);
    }

    /// <summary>Receives tensors with their names.</summary>
    public StateDict ReceiveTensors()
    {
        var tensors = new StateDict();
        for (int left = ReceiveNumber(); left > 0; left--) tensors.Add(ReceiveText(), ReceiveTensor());
        return tensors;
    }

    /// <summary>Ends the conversation; the other side's <see cref="NextRequest"/> gives null.</summary>
    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // The other side has gone first, and nothing is left to tell it.
        }
        _reader.Dispose();
    }
}
