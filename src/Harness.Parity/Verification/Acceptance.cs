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
    /// <returns>What was taken, a line each: how far outputs lay from the golden, and which probes did not
    /// hold.</returns>
    /// <exception cref="ModelException">PAR3001, PAR3003: no readable golden; PAR9003: no outputs received, or no
    /// reason.</exception>
    public static ImmutableArray<string> TakeOutputs(string directory, string? received, string reason)
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
        return Shown(golden, outputs, "taken");
    }

    // How far outputs lie from the golden, and which probes do not hold.
    static ImmutableArray<string> Shown(GoldenCase golden, StateDict received, string what) =>
    [
        .. Differences(golden, received).Select(drift => drift.MaxAbs == 0
            ? $"output '{drift.Output}' is the same"
            : $"{Float64Check.Sentence(drift)}; largest {Figures.Short(Largest(golden, drift.Output))}"),
        .. Told(golden, received, what),
    ];

    static IEnumerable<string> Told(GoldenCase golden, StateDict received, string what)
    {
        string[] nodes = [.. golden.Document.Probes.Select(probe => probe.Node)
            .Where(node => received.ContainsKey(GoldenStore.ProbeName(node)))];
        if (nodes.Length > 0)
        {
            yield return $"first bad node '{nodes[0]}'; {nodes.Length} of {golden.Document.Probes.Length} probes " +
                what;
        }
    }

    // Of what was received from the golden as it was.
    static ImmutableArray<Drift> Differences(GoldenCase golden, StateDict received) => Float64Check.Measure(
        golden, [.. golden.Document.Outputs.Select(port => received[GoldenStore.OutputName(port.Name)])],
        golden.Document.Tolerance);

    static double Largest(GoldenCase golden, string output) =>
        golden.Tensors[GoldenStore.OutputName(output)].ToDoubles().Where(double.IsFinite).Select(Math.Abs)
            .DefaultIfEmpty().Max();

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

    /// <summary>Gives the golden another limit. The old limit's reason goes with it; the default needs none. Whatever
    /// else was decided about the golden stays.</summary>
    /// <param name="directory">The golden's folder.</param>
    /// <param name="tolerance">The limit.</param>
    /// <param name="loosen">True where it may be more than ten times what was measured.</param>
    /// <param name="received">Where <see cref="VerifyOptions.ReceivedDirectory"/> was; null for beside the
    /// golden.</param>
    /// <returns>What a limit is about, a line each: how far received outputs lie from the golden, and which probes do
    /// not hold; then what has gone and what stays of what was decided about the golden.</returns>
    /// <exception cref="ModelException">PAR3001, PAR3003: no readable golden; PAR9003: no reason, too loose a limit, or
    /// outputs of another model, other weights or other inputs were received.</exception>
    public static ImmutableArray<string> SetTolerance(
        string directory, Tolerance tolerance, bool loosen = false, string? received = null)
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        if (!tolerance.IsDefault) Demand(tolerance.Reason);
        var golden = GoldenStore.Read(directory);
        var outputs = !tolerance.IsDefault && Received.Exists(golden, received)
            ? Received.Read(golden, received) : null;
        if (tolerance.IsLooserThanDefault) DemandTight(golden, outputs, tolerance, loosen);
        var document = golden.Document with { Tolerance = tolerance.IsDefault ? Tolerance.Default : tolerance };
        GoldenStore.Write(directory, document, golden.Tensors);
        string[] before = [.. golden.Document.Notes()], after = [.. document.Notes()];
        return
        [
            .. tolerance.IsDefault ? []
                : outputs is null ? ["no outputs were received: the case holds, or was not verified"]
                : Shown(golden, outputs, "do not hold"),
            .. before.Except(after).Select(note => $"no longer: {note}"),
            .. after.Intersect(before).Select(note => $"still: {note}"),
        ];
    }

    // A limit above all that an output holds permits zeros; one far above what was measured hides the next fault.
    static void DemandTight(GoldenCase golden, StateDict? received, Tolerance tolerance, bool loosen)
    {
        if (LimitCheck.Emptiness(golden, tolerance) is { } empty) throw Refuse(golden, empty);
        // The named ones are what others hold their ports to, and little looser than the default.
        if (loosen || tolerance.Policy != TolerancePolicy.Default) return;
        double measured = received is null ? 0 : Differences(golden, received).Max(drift => drift.MaxAbs);
        if (tolerance.Value <= 10 * measured) return;
        throw Refuse(golden, $"the limit {tolerance} is more than ten times the measured drift " +
            (measured == 0 ? "(none was received: the case holds, or was not verified)" : Figures.Short(measured)) +
            "; state a smaller one, or --loosen");
    }

    static ModelException Refuse(GoldenCase golden, string why) =>
        new(new Finding(Codes.BadUsage, golden.PlaceOf("tolerance"), why));

    static void Demand(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new ModelException(new Finding(Codes.BadUsage, "harness", "accept needs a reason: --reason \"…\""));
    }
}
