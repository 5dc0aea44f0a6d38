using System.Collections.Immutable;
using System.Diagnostics;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Holds a new recording of a case to its golden. Model, weights and inputs are the same, so that what differs
/// is the reference itself: another libtorch, another machine.</summary>
/// <remarks>Float64 sums that are added in another order lie within 1e-12 of each other, and the gate calls 1e-10
/// rounding: a reference that moved further would soon be told as drift of a model that nobody touched.</remarks>
public static class RecordingCheck
{
    /// <summary>What stands for the device of all its verdicts together.</summary>
    public const string Device = "recorded";

    /// <summary>The verdict on one case; whatever is wrong is a finding.</summary>
    /// <param name="request">The golden; its model is not opened.</param>
    /// <param name="recorded">The folder of the new recording.</param>
    public static Verdict Verify(VerifyRequest request, string recorded)
    {
        ArgumentNullException.ThrowIfNull(request);
        long started = Stopwatch.GetTimestamp();
        string golden = Path.Combine(Path.GetFullPath(request.Golden), GoldenStore.JsonName);
        var verdict = new Verdict(request.Name, golden, [])
        {
            Device = Device,
        };
        try
        {
            verdict = Compare(verdict, GoldenStore.Read(request.Golden), GoldenStore.Read(recorded));
        }
        catch (ModelException e)
        {
            verdict = verdict with { Findings = [e.Finding] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            verdict = verdict with { Findings = [new Finding(Codes.BadUsage, golden, e.Message)] };
        }
        return verdict with { Duration = Stopwatch.GetElapsedTime(started) };
    }

    static Verdict Compare(Verdict verdict, GoldenCase golden, GoldenCase recorded)
    {
        var (was, now) = (golden.Document, recorded.Document);
        verdict = verdict with
        {
            Device = $"torch-{now.RecordedBy.Torch}-{now.RecordedBy.Device}",
            Tolerance = was.Tolerance,
            Origin = GoldenOrigin.Of(was),
            Notes = [.. was.Notes()],
        };
        if (Other(was, now) is { } other)
            return verdict with
            {
                Findings = [new Finding(Codes.GoldenStale, golden.PlaceOf(other.Fact),
                    $"{recorded.File} was recorded {other.Why}: record the case of this golden, from a copy of it")],
            };
        // Outputs that torch did not compute say nothing of whether it has changed, nor do the probes that were taken
        // with them: those that hold are still torch's own.
        bool accepted = was.AcceptedReason is not null;
        // Float64 of a GPU adds in an order of its own, and a stated limit forgives what it forgives.
        bool goesByScale = Float64Check.GoesByScale(golden, was.Tolerance) && now.RecordedBy.Device == "cpu";
        ImmutableArray<Tensor> outputs = [.. now.Outputs.Select(recorded.Output)];
        ImmutableArray<Drift> drifts = [.. Float64Check.Measure(
            golden, outputs, port => goesByScale ? LimitOf(golden, port) : was.Tolerance)
            .Select(drift => accepted && !drift.Holds
                ? drift with { Exempt = $"accepted by hand: {was.AcceptedReason}" } : drift)];
        ImmutableArray<NodeDrift> nodes = [.. was.Probes.Zip(now.Probes, (before, after) =>
        {
            var (error, limit, why) = Compare(golden, before, recorded, after);
            return new NodeDrift(before.Node, Device, SourcePlace.Unknown, error,
                goesByScale ? limit : Math.Max(limit, was.Tolerance.Value), why);
        })];
        var held = accepted ? nodes.RemoveAll(node => !node.Holds) : nodes;
        verdict = verdict with
        {
            Float64 = drifts, Probes = held, Nodes = nodes.Length,
            UnmeasuredProbes = [.. nodes.Where(node => accepted && !node.Holds).Select(node => node.Node)],
            Map = NodeSeries.MapOf(golden, drifts, outputs),
        };
        return Drifting(golden, recorded, drifts, held) is { } finding
            ? verdict with { Findings = [finding] }
            : verdict;
    }

    // Null where both are of one case.
    static (string Fact, string Why)? Other(GoldenDocument was, GoldenDocument now)
    {
        if ((was.Model.Sha256, was.Model.Architecture) != (now.Model.Sha256, now.Model.Architecture))
            return ("model", "from another model");
        if (was.Weights.Sha256 != now.Weights.Sha256) return ("weights", "with other weights");
        if (!Ports(was.Inputs).SequenceEqual(Ports(now.Inputs))
            || !was.Inputs.Select(port => port.Sha256).SequenceEqual(now.Inputs.Select(port => port.Sha256)))
            return ("model", "with other inputs");
        if (!Ports(was.Outputs).SequenceEqual(Ports(now.Outputs))) return ("model", "with outputs of other shapes");
        return Probes(was).SequenceEqual(Probes(now)) ? null : ("model", "with probes of other nodes");
    }

    static IEnumerable<(string, Shape, ElementType)> Ports(ImmutableArray<GoldenPort> ports) =>
        ports.Select(port => (port.Name, port.Shape, port.Type));

    static IEnumerable<(string, Shape, ElementType)> Probes(GoldenDocument document) =>
        document.Probes.Select(probe => (probe.Node, probe.Shape, probe.Type));

    static Tolerance LimitOf(GoldenCase golden, GoldenPort port)
    {
        if (!port.Type.IsFloating()) return Tolerance.Default;
        double rounding = golden.Document.Sensitivity.Rounding[golden.Document.Outputs.IndexOf(port)];
        return new Tolerance(TolerancePolicy.Default, Math.Max(
            Drift.RoundingLimit * Float64Check.MagnitudeOf(golden, port), Tolerance.OfRounding(rounding)));
    }

    // Rounding may move the place of the largest element, which is one of the positions; all others are the same.
    static (double Error, double Limit, string Why) Compare(
        GoldenCase golden, GoldenProbe was, GoldenCase recorded, GoldenProbe now)
    {
        if (was.NonFinite != now.NonFinite)
            return (double.PositiveInfinity, 0,
                $"{now.NonFinite} of its elements are NaN or infinite, {was.NonFinite} of the golden's");
        var (expected, actual) = (golden.Probe(was).ToDoubles(), recorded.Probe(now).ToDoubles());
        var places = now.Positions.Select((position, i) => (position, i)).ToDictionary(p => p.position, p => p.i);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (!places.TryGetValue(was.Positions[i], out int place) || expected[i].Equals(actual[place])) continue;
            double off = Math.Abs(expected[i] - actual[place]);
            worst = double.IsNaN(off) ? double.PositiveInfinity : Math.Max(worst, off);
        }
        if (!was.Type.IsFloating())
            return worst == 0 && was.L2 == now.L2 && was.Projection == now.Projection ? (0, 0, "")
                : (double.PositiveInfinity, 0, "it holds other integers");
        return ProbeCheck.Compare(was, worst, now.L2, now.Projection);
    }

    static Finding? Drifting(
        GoldenCase golden, GoldenCase recorded, ImmutableArray<Drift> drifts, ImmutableArray<NodeDrift> nodes)
    {
        var worst = drifts.Where(drift => !drift.Holds).MaxBy(drift => drift.ShareOfLimit);
        var first = nodes.FirstOrDefault(node => !node.Holds);
        if (worst is null && first is null) return null;
        string what = worst is null ? "the outputs hold" : Float64Check.Sentence(worst);
        string where = first is null ? "every probe holds"
            : $"first node '{first.Node}': {first.Why}, scaled {Figures.Short(first.Error)}, limit " +
                Figures.Short(first.Limit);
        string place = first is null ? GoldenStore.OutputName(worst!.Output) : GoldenStore.ProbeName(first.Node);
        return new Finding(Codes.ReferenceDrift, golden.PlaceOf(place),
            $"the reference drifts: {what}; {where}; the golden is of {By(golden)}, the new recording of " +
            $"{By(recorded)}");
    }

    static string By(GoldenCase golden) =>
        $"torch {golden.Document.RecordedBy.Torch} on {golden.Document.RecordedBy.Device}";
}
