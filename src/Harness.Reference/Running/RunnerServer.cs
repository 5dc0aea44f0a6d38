using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Reference.Recording;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Running;

/// <summary>The far end of a <see cref="RunnerChannel"/>: holds programs over libtorch and does what it is
/// asked.</summary>
/// <param name="channel">Leads to who asks.</param>
sealed class RunnerServer(RunnerChannel channel)
{
    const string GraphName = "graph.json";

    readonly Dictionary<int, TorchProgram> _sessions = [];
    // None before Start has loaded libtorch: TorchSharp, asked for one, would load it by itself, and take one of the
    // system's for ours.
    Device? _device;

    /// <summary>Answers requests until the other side ends.</summary>
    public void Serve()
    {
        while (channel.NextRequest() is { } request)
        {
            // Whatever is wrong is the asker's to report: this process has no user.
            try
            {
                Answer(request);
            }
            catch (ModelException exception)
            {
                channel.SendRefusal(exception.Finding);
            }
            catch (ExternalException exception)
            {
                // Calls say themselves what libtorch refuses; what is left is memory.
                channel.SendRefusal(new Finding(Codes.OutOfMemory, "", $"libtorch: {WalkErrors.FirstLine(exception)}"));
            }
            catch (Exception exception) when (exception is not IOException)
            {
                channel.SendRefusal(new Finding(Codes.BadUsage, "harness",
                    $"unexpected {exception.GetType().Name} beside libtorch: {WalkErrors.FirstLine(exception)}; "
                    + "this is a fault of harness"));
            }
            channel.Flush();
        }
        foreach (var program in _sessions.Values) program.Dispose();
    }

    // Everything that a request brings is received before anything can go wrong, so that the next one starts in its
    // place.
    void Answer(RunnerRequest request)
    {
        if (request == RunnerRequest.Start)
        {
            Start(channel.ReceiveText(), channel.ReceiveNumber());
            channel.SendDone();
            return;
        }
        if (request == RunnerRequest.Record)
        {
            Record();
            return;
        }
        int number = channel.ReceiveNumber();
        if (request == RunnerRequest.Open)
        {
            Open(number);
            channel.SendDone();
            return;
        }
        if (request == RunnerRequest.Close)
        {
            // One that was refused when it was opened is not there.
            if (_sessions.Remove(number, out var ended)) ended.Dispose();
            channel.SendDone();
            return;
        }
        var program = _sessions[number];
        using var scope = NewDisposeScope();
        switch (request)
        {
            case RunnerRequest.Leaf:
                int leaf = channel.ReceiveNumber();
                program.Load(leaf, Received());
                break;
            case RunnerRequest.Write:
                int written = channel.ReceiveNumber();
                program.Write(written, Received(ReceivedType(), [program.ElementsOf(written)]));
                break;
            case RunnerRequest.WriteMemory:
                int filled = channel.ReceiveNumber();
                program.WriteMemory(filled, Received(ReceivedType(), [program.ElementsOf(filled)]));
                break;
            case RunnerRequest.Read:
                int read = channel.ReceiveNumber();
                var wanted = ReceivedType();
                Send(program.Read(read).to_type(wanted));
                return;
            case RunnerRequest.ReadMemory:
                int copied = channel.ReceiveNumber();
                var own = ReceivedType();
                Send(program.ReadMemory(copied).to_type(own));
                return;
            case RunnerRequest.Run:
                program.Run();
                break;
            case RunnerRequest.RunNode:
                program.RunNode(channel.ReceiveNumber());
                break;
            default:
                throw new InvalidOperationException($"request {request} is unknown");
        }
        channel.SendDone();
    }

    void Start(string device, int threads)
    {
        Torch.Load();
        _device = TorchDevice.Open(device, "harness");
        if (threads > 0) set_num_threads(threads);
    }

    void Open(int number)
    {
        var mode = (RunMode)channel.ReceiveNumber();
        var type = TorchTensors.TypeOf((ElementType)channel.ReceiveNumber());
        var program = channel.ReceiveProgram();
        _sessions[number] = new TorchProgram(program, type, _device!, keeps: mode == RunMode.EachNode);
    }

    // Without the checks of a model that a file goes through: whoever asks wants to hear what libtorch says of it.
    void Record()
    {
        string text = channel.ReceiveText();
        var weights = channel.ReceiveTensors();
        ImmutableArray<Stored> inputs = [.. channel.ReceiveTensors().Values];
        using var model = new TorchModel(GraphJson.Parse(text, GraphName), weights, "graph");
        var (document, tensors) = new Recorder(model, GraphName, ownWeights: false, _device!).Record(
            new GoldenModel(GraphName, Sha256Hash.Of(Encoding.UTF8.GetBytes(text))),
            new GoldenWeights(null, null, Sha256Hash.Of(weights)), inputs);
        channel.SendDone();
        GoldenCase.Send(channel, document with { DeclaresNonFinite = true }, tensors);
    }

    TorchTensor Received()
    {
        var type = ReceivedType();
        var extents = new long[channel.ReceiveNumber()];
        for (int axis = 0; axis < extents.Length; axis++) extents[axis] = channel.ReceiveNumber();
        return Received(type, extents);
    }

    ScalarType ReceivedType() => TorchTensors.TypeOf((ElementType)channel.ReceiveNumber());

    // From the pipe into libtorch's own memory.
    TorchTensor Received(ScalarType type, long[] extents)
    {
        var tensor = empty(extents, type);
        if (tensor.numel() > 0) channel.Receive(tensor.bytes);
        return tensor;
    }

    void Send(TorchTensor tensor)
    {
        var plain = tensor.cpu().contiguous();
        channel.SendDone();
        if (plain.numel() > 0) channel.Send<byte>(plain.bytes);
    }
}
