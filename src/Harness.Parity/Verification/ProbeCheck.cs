using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Finds the first node whose float64 result leaves its golden probe: by more than 1e-10 of its largest value,
/// or at all where it gives integers.</summary>
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
                var expected = golden.Probe(probe);
                var (error, limit, why) = expected.Type.IsFloating()
                    ? Compare(probe, expected.As<double>(), value.Shape, session, output)
                    : Compare(probe, expected, value.Fact, session, output);
                if (error > limit)
                    return new BadNode(value.Name, node.Op.Name, node.Place, error, cumulative, why);
            }
        }
        return null;
    }

    static (double Error, double Limit, string Why) Compare(
        GoldenProbe probe, ReadOnlySpan<double> expected, Shape shape, RunnerSession session, int value)
    {
        if (ShapeFault(probe, shape) is { } fault) return fault;
        var actual = new double[shape.Elements];
        session.Read(value, actual);
        return Compare(expected, probe, actual);
    }

    /// <summary>The worst of a probe's measures, scaled, its limit, and what differs.</summary>
    /// <param name="expected">The values at its positions.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="actual">All elements in PyTorch's axis order.</param>
    public static (double Error, double Limit, string Why) Compare(
        ReadOnlySpan<double> expected, GoldenProbe probe, ReadOnlySpan<double> actual)
    {
        var sampled = new double[expected.Length];
        for (int i = 0; i < sampled.Length; i++) sampled[i] = actual[(int)probe.Positions[i]];
        var drift = Drift.Measure(probe.Node, [sampled.Length], sampled, expected, Tolerance.Default);
        // The norm covers what the sample missed, such as a border that the positions do not touch.
        double norm = GoldenProbe.Sample(probe.Node, probe.Shape, actual).Probe.L2;
        return Worse(probe, drift, norm, Drift.RoundingLimit);
    }

    // The same numbers in the same order have the same norm to the last bit.
    static (double Error, double Limit, string Why) Compare(
        GoldenProbe probe, Tensor expected, Fact fact, RunnerSession session, int value)
    {
        if (ShapeFault(probe, fact.Shape) is { } fault) return fault;
        if (fact.Type != expected.Type)
        {
            return (double.PositiveInfinity, 0,
                $"it is {fact.Type.NumPyName()}, the golden's {expected.Type.NumPyName()}");
        }
        return Compare(expected, probe, session.Read(value));
    }

    /// <summary>The same of integers and Booleans, which are held to the last bit.</summary>
    public static (double Error, double Limit, string Why) Compare(Tensor expected, GoldenProbe probe, Tensor actual)
    {
        var drift = Drift.OfIntegers(probe.Node, GoldenProbe.Pick(actual, probe.Positions), expected);
        return Worse(probe, drift, GoldenProbe.Sample(probe.Node, actual).Probe.L2, 0);
    }

    static (double Error, double Limit, string Why)? ShapeFault(GoldenProbe probe, Shape shape) =>
        shape == probe.Shape ? null
            : (double.PositiveInfinity, 0, $"its shape is {shape}, the golden's {probe.Shape}");

    static (double Error, double Limit, string Why) Worse(GoldenProbe probe, Drift drift, double norm, double limit)
    {
        double off = Math.Abs(norm - probe.L2), normError = off == 0 ? 0 : off / probe.L2;
        double scaled = drift.MaxAbs == 0 ? 0 : drift.MaxAbs / probe.AbsMax;
        return scaled >= normError
            ? (scaled, limit, $"max |a-e| {Figures.Short(drift.MaxAbs)} at its probe")
            : (normError, limit, $"its norm is {norm:R}, the golden's {probe.L2:R}");
    }
}
