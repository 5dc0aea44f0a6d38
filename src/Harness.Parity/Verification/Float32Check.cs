using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Check 3: the fast path, node by node and end to end with the plan that users run.</summary>
static class Float32Check
{
    // How many nodes a verdict lists: enough to see a pattern, few enough to read.
    const int Listed = 10;

    // The golden holds one sample of the noise, of torch adding in its contiguous layout. Two right float32 programs
    // have been seen a factor of 8 apart on one input, either ahead; twice that, because nobody knows which side was
    // lucky. Every node by itself is held to far less.
    const int ForeignFactor = 16;

    /// <summary>The end-to-end measurement, beside that of the nodes.</summary>
    public static Float32Verdict Measure(
        GoldenCase golden, NhwcProgram model, IReadOnlyList<Float32Node> nodes, Tolerance tolerance,
        VerifyOptions options, CancellationToken cancellation)
    {
        var runner = options.RunsOn;
        // Fused, and in the order of additions that users get: what is held to the golden is what they run.
        using var session = runner.Open(model, RunMode.Fast, ElementType.Float32);
        var (outputs, tensors) = EndToEnd(golden, session, port =>
            Limit(EndToEndLimit(golden.Document, port, tolerance, options.Float32, runner)), cancellation);
        // Each output has a limit of its own; a line shows that of the one that is nearest to it.
        var nearest = outputs.MaxBy(drift => drift.Exempt is null ? drift.ShareOfLimit : -1)!.Limit;
        return new Float32Verdict(
            outputs, nearest.Value, nearest.Reason.Length > 0 ? nearest.Reason : "integers, to the last bit",
            [.. nodes.OrderByDescending(node => node.Ratio).ThenBy(node => node.Node, StringComparer.Ordinal)
                .Take(Listed)])
        {
            Order = session.Order,
            Map = outputs.All(drift => drift.Holds) ? null : NodeSeries.MapOf(golden, outputs, tensors),
        };
    }

    /// <summary>PAR2002 for the worst node and for the worst output; empty when all is well.</summary>
    public static ImmutableArray<Finding> Judge(GoldenCase golden, Float32Verdict verdict)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var nodes = verdict.Nodes.Where(node => !node.Holds).ToArray();
        if (nodes.Length > 0)
        {
            var worst = nodes[0];
            string others = nodes.Length > 1
                ? $"; {nodes.Length - 1}{(nodes.Length == Listed ? " or more" : "")} other nodes too" : "";
            findings.Add(new Finding(Codes.Float32Drift, golden.PlaceOf(GoldenStore.ProbeName(worst.Node)),
                $"node '{worst.Node}' ({worst.Op}{(worst.Place.File.Length > 0 ? $", {worst.Place}" : "")}) drifts " +
                $"in float32: " +
                $"|a-e| {Figures.Short(worst.Error)} at {worst.Worst}, {worst.Worst.Values("float64")}, " +
                $"limit {Figures.Short(worst.Limit)} = {worst.Bound}{others}"));
        }
        if (verdict.Outputs.Where(drift => !drift.Holds).MaxBy(drift => drift.MaxAbs) is { } output)
        {
            findings.Add(new Finding(Codes.Float32Drift, golden.PlaceOf(GoldenStore.OutputName(output.Output)),
                $"in float32 {Float64Check.Sentence(output)} ({output.Limit.Reason}; {verdict.OrderText})"));
        }
        return findings.ToImmutable();
    }

    /// <summary>A limit as a tolerance.</summary>
    internal static Tolerance Limit((double Value, string Reason) limit) =>
        new(TolerancePolicy.Default, limit.Value, limit.Reason);

    /// <summary>The limit of an output in float32, and where it comes from.</summary>
    internal static (double Limit, string Reason) EndToEndLimit(
        GoldenDocument document, GoldenPort port, Tolerance tolerance, Float32Mode mode, Runner runner)
    {
        // A looser limit in float64 was accepted with a reason; float32 cannot be nearer than that.
        double floor = Math.Max(Tolerance.DefaultValue, tolerance.Value);
        int factor = runner.IsForeign ? ForeignFactor : 4;
        double measured = document.Float32Noise.Outputs[document.Outputs.IndexOf(port)], noise = factor * measured;
        if (mode == Float32Mode.Strict) return (floor, "strict: whatever torch's own float32 noise");
        return noise > floor
            ? (noise, $"{factor} times torch's own float32 noise {Figures.Short(measured)}"
                + (document.Float32Noise.Reason is { Length: > 0 } reason ? $", set by hand: {reason}" : ""))
            : (floor, floor > Tolerance.DefaultValue ? "the golden's own tolerance" : "1e-6");
    }

    static (ImmutableArray<Drift> Drifts, ImmutableArray<Tensor> Outputs) EndToEnd(
        GoldenCase golden, RunnerSession session, Func<GoldenPort, Tolerance> limit, CancellationToken cancellation)
    {
        var model = session.Program;
        for (int i = 0; i < model.Inputs.Length; i++)
            session.Write(model.Inputs[i].Value, golden.Input(golden.Document.Inputs[i]));
        session.Run(cancellation);
        ImmutableArray<Tensor> outputs = [.. model.Outputs.Select((port, i) =>
            Held(session.Read(port.Value), golden.Output(golden.Document.Outputs[i])))];
        var drifts = Float64Check.Measure(golden, outputs, limit);
        var sources = CutOff.Sources(model);
        return ([.. drifts.Select((drift, i) => drift.IsExact && sources[i] is { } source
            ? drift with { Exempt = $"'{source.Name}' ({source.Op.Name}) makes integers of rounded numbers" }
            : drift)], outputs);
    }

    // What no float32 holds is infinite in it, as it is in torch's own.
    static Tensor Held(Tensor actual, Tensor expected)
    {
        if (!actual.Type.IsFloating() || !expected.Type.IsFloating() || actual.Shape != expected.Shape) return actual;
        double[] a = actual.ToDoubles(), e = expected.ToDoubles();
        for (int i = 0; i < a.Length; i++)
            if (double.IsInfinity(a[i]) && a[i].Equals((double)(float)e[i])) a[i] = e[i];
        return Tensor.Of(actual.Shape, a);
    }
}
