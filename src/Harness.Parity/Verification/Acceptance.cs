using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Takes a difference into a golden, with the reason on record.</summary>
public static class Acceptance
{
    /// <summary>Makes the received outputs the golden ones.</summary>
    /// <param name="directory">The golden's folder.</param>
    /// <param name="received">Where <see cref="VerifyOptions.ReceivedDirectory"/> was; null for beside the
    /// golden.</param>
    /// <param name="reason">Why they are right and torch's are not; stands in golden.json.</param>
    /// <exception cref="ModelException">PAR3001, PAR3003: no readable golden; PAR9003: no outputs received, or no
    /// reason.</exception>
    public static void TakeOutputs(string directory, string? received, string reason)
    {
        Demand(reason);
        var golden = GoldenStore.Read(directory);
        var outputs = Received.Read(golden, received);
        var tensors = new Dictionary<string, Tensor>(golden.Tensors);
        var ports = golden.Document.Outputs.ToBuilder();
        for (int i = 0; i < ports.Count; i++)
        {
            string name = GoldenStore.OutputName(ports[i].Name);
            if (!outputs.TryGetValue(name, out var tensor) || tensor.Type != ports[i].Type
                || tensor.Shape != ports[i].Shape)
            {
                throw new ModelException(new Finding(Codes.BadUsage, Received.PathOf(golden.Directory, received),
                    $"'{name}' is {(tensor is null ? "not there" : tensor.ToString())}, expected " +
                    $"{ports[i].Type.NumPyName()} {ports[i].Shape}"));
            }
            tensors[name] = tensor;
            ports[i] = GoldenPort.Of(ports[i].Name, tensor);
        }
        var probes = golden.Document.Probes.Select(probe => TakeProbe(probe, outputs, tensors)).ToImmutableArray();
        GoldenStore.Write(directory, golden.Document with
        {
            Outputs = ports.ToImmutable(), Probes = probes, AcceptedReason = reason,
        }, tensors);
    }

    // The received probe, where it did not hold.
    static GoldenProbe TakeProbe(GoldenProbe probe, StateDict received, Dictionary<string, Tensor> tensors)
    {
        string name = GoldenStore.ProbeName(probe.Node);
        if (!received.TryGetValue(name, out var values)) return probe;
        tensors[name] = values;
        double[] sums = received[Received.SumsName(probe.Node)].ToDoubles();
        return probe with
        {
            Positions = [.. received[Received.PositionsName(probe.Node)].As<long>()],
            AbsMax = values.ToDoubles().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max(),
            L2 = sums[0], Projection = sums[1], NonFinite = (long)sums[2],
        };
    }

    /// <summary>Gives the golden another limit; the default needs no reason and forgets the old one.</summary>
    /// <param name="directory">The golden's folder.</param>
    /// <param name="tolerance">The limit.</param>
    /// <exception cref="ModelException">PAR3001, PAR3003: no readable golden; PAR9003: no reason.</exception>
    public static void SetTolerance(string directory, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        if (!tolerance.IsDefault) Demand(tolerance.Reason);
        var golden = GoldenStore.Read(directory);
        GoldenStore.Write(directory, golden.Document with
        {
            Tolerance = tolerance.IsDefault ? Tolerance.Default : tolerance,
        }, golden.Tensors);
    }

    static void Demand(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new ModelException(new Finding(Codes.BadUsage, "harness", "accept needs a reason: --reason \"…\""));
    }
}
