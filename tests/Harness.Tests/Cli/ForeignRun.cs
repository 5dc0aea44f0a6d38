using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Tests.Cli;

/// <summary>Somebody else's program, as far as the command that compares can tell: arrays in files, computed from a
/// golden's inputs by a plan that keeps every value, right or with a fault.</summary>
static class ForeignRun
{
    /// <summary>Outputs, and inner values by node, in PyTorch's axis order.</summary>
    public static (Dictionary<string, Tensor> Outputs, Dictionary<string, Tensor> Taps) Of(
        string golden, ElementType precision, string? fault = null)
    {
        var read = GoldenStore.Read(golden);
        using var open = new OpenModel();
        var torch = CaseModel.Open(new VerifyRequest(golden), read, open);
        var program = NhwcPass.Apply(torch, CaseModel.Inputs(read));
        if (fault is not null) program = Faults.Inject(fault, program);
        using var runner = new CpuRunner(1);
        using var session = runner.Open(program, RunMode.EachNode, precision);
        for (int i = 0; i < program.Inputs.Length; i++)
            session.Write(program.Inputs[i].Value, read.Input(read.Document.Inputs[i]));
        session.Run(CancellationToken.None);
        var taps = program.Nodes.SelectMany(node => node.Outputs)
            .DistinctBy(value => program.Values[value].Name)
            .ToDictionary(value => program.Values[value].Name, session.Read);
        var nodes = read.Document.Probes.Select(probe => probe.Node).ToHashSet(StringComparer.Ordinal);
        return (
            program.Outputs.ToDictionary(port => port.Name, port => session.Read(port.Value)),
            taps.Where(entry => nodes.Contains(entry.Key)).ToDictionary());
    }

    /// <summary>The same as files, outputs in <c>y.npz</c> and taps in <c>taps.npz</c>.</summary>
    public static string[] Write(
        TemporaryFolder folder, string golden, ElementType precision, string? fault = null, bool channelsLast = false)
    {
        var (outputs, taps) = Of(golden, precision, fault);
        NpzFile.Write(folder["y.npz"], outputs.Select(entry => Moved(entry, channelsLast)));
        NpzFile.Write(folder["taps.npz"], taps.Select(entry => Moved(entry, channelsLast)));
        string[] layout = channelsLast ? ["--layout", "nhwc"] : [];
        return ["compare", golden, "--actual", folder["y.npz"], "--taps", folder["taps.npz"], .. layout];
    }

    // Written out by hand: what the command undoes must not be done by its own code.
    static KeyValuePair<string, Tensor> Moved(KeyValuePair<string, Tensor> entry, bool channelsLast)
    {
        var (name, tensor) = entry;
        var shape = tensor.Shape;
        if (!channelsLast || shape.Rank < 3) return entry;
        int size = tensor.Type.Size(), channels = shape[1], plane = 1;
        for (int axis = 2; axis < shape.Rank; axis++) plane *= shape[axis];
        var bytes = new byte[tensor.Bytes.Length];
        for (int n = 0; n < shape[0]; n++)
            for (int c = 0; c < channels; c++)
                for (int at = 0; at < plane; at++)
                {
                    tensor.Bytes.Slice(((n * channels + c) * plane + at) * size, size)
                        .CopyTo(bytes.AsMemory(((n * plane + at) * channels + c) * size));
                }
        Shape moved = [shape[0], .. shape.AsSpan()[2..], channels];
        return KeyValuePair.Create(name, new Tensor(tensor.Type, moved, bytes));
    }
}
