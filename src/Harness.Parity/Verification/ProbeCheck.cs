using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Finds the first node whose float64 result leaves its golden probe by more than 1e-10 of its largest
/// value.</summary>
static class ProbeCheck
{
    /// <summary>The first bad node of a segment whose session kept all values; null where every probe holds.</summary>
    public static BadNode? First(GoldenCase golden, RunnerSession session, double cumulative)
    {
        var probes = golden.Document.Probes.ToDictionary(probe => probe.Node, StringComparer.Ordinal);
        var model = session.Program;
        foreach (var node in model.Nodes)
        {
            foreach (int output in node.Outputs)
            {
                var value = model.Values[output];
                if (!probes.TryGetValue(value.Name, out var probe)) continue;
                var (error, why) = Compare(probe, golden.Probe(probe).As<double>(), value.Shape, session, output);
                if (error > Drift.RoundingLimit)
                    return new BadNode(value.Name, node.Op.Name, node.Place, error, cumulative, why);
            }
        }
        return null;
    }

    static (double Error, string Why) Compare(
        GoldenProbe probe, ReadOnlySpan<double> expected, Shape shape, RunnerSession session, int value)
    {
        if (shape != probe.Shape) return (double.PositiveInfinity, $"its shape is {shape}, the golden's {probe.Shape}");
        var actual = new double[shape.Elements];
        session.Read(value, actual);
        var sampled = new double[expected.Length];
        for (int i = 0; i < sampled.Length; i++) sampled[i] = actual[probe.Positions[i]];
        var drift = Drift.Measure(probe.Node, [sampled.Length], sampled, expected, Tolerance.Default);
        // The norm covers what the sample missed, such as a border that the positions do not touch.
        double norm = GoldenProbe.Sample(probe.Node, shape, actual).Probe.L2;
        double off = Math.Abs(norm - probe.L2), normError = off == 0 ? 0 : off / probe.L2;
        double scaled = drift.MaxAbs == 0 ? 0 : drift.MaxAbs / probe.AbsMax;
        return scaled >= normError
            ? (scaled, $"max |a-e| {Figures.Short(drift.MaxAbs)} at its probe")
            : (normError, $"its norm is {norm:R}, the golden's {probe.L2:R}");
    }
}
