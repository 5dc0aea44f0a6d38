using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Holds every node's float64 result to its golden probe: to 1e-10 of its largest value, unless rounding alone
/// explains more; integers exactly.</summary>
sealed class ProbeCheck(GoldenCase golden)
{
    readonly Dictionary<string, GoldenProbe> _probes =
        golden.Document.Probes.ToDictionary(probe => probe.Node, StringComparer.Ordinal);
    readonly List<NodeDrift> _measured = [];
    readonly List<string> _unprobed = [];

    /// <summary>Every node that has a probe, in the order in which they ran.</summary>
    public ImmutableArray<NodeDrift> Measured => [.. _measured];

    /// <summary>The model's own nodes that the golden has no probe of.</summary>
    public ImmutableArray<string> Unprobed => [.. _unprobed];

    /// <summary>Measures a node of a session that kept all values.</summary>
    public void Observe(RunnerSession session, NhwcNode node, ValueReader reader)
    {
        var model = session.Program;
        foreach (int output in node.Outputs)
        {
            var value = model.Values[output];
            // What a composite is said by is no node of the model's; of what a mask selects the model holds that alone.
            if (node.IsPart) continue;
            if (!_probes.Remove(value.Name, out var probe))
            {
                // What the conversion inserts is no node of the model's; and of a trace's sizes, integers without axes,
                // no recording takes a probe.
                if (node.Call is not null && (value.Fact.Type.IsFloating() || value.Shape.Rank > 0))
                    _unprobed.Add(value.Name);
                continue;
            }
            // The last of the nodes that one call became has its name; those before it are held through it.
            if (node.Call is null)
                foreach (int input in node.Inputs) _unprobed.Remove(model.Values[input].Name);
            var (error, limit, why) = Compare(golden, probe, value.Fact, session, output, reader);
            _measured.Add(new NodeDrift(value.Name, node.Op.Name, node.Place, error, limit, why)
            {
                Received = error <= limit ? null : Sample(value.Name, value.Fact, probe, session, output, reader),
            });
        }
    }

    /// <summary>The probes of calls that no node computes: casts that were lifted, sizes, what was folded.</summary>
    public ImmutableArray<string> Unmeasured => [.. golden.Document.Probes.Select(probe => probe.Node)
        .Where(_probes.ContainsKey)];

    static (GoldenProbe Probe, Tensor Values) Sample(
        string node, Fact fact, GoldenProbe golden, RunnerSession session, int value, ValueReader reader)
    {
        int most = Math.Max(golden.Positions.Length, GoldenProbe.FewestPositions);
        if (!fact.Type.IsFloating()) return GoldenProbe.Sample(node, session.Read(value), most);
        return GoldenProbe.Sample(node, fact.Shape, reader.Read(session, value), most);
    }

    static (double Error, double Limit, string Why) Compare(
        GoldenCase golden, GoldenProbe probe, Fact fact, RunnerSession session, int value, ValueReader reader)
    {
        if (fact.Shape != probe.Shape)
            return (double.PositiveInfinity, 0, $"its shape is {fact.Shape}, the golden's {probe.Shape}");
        bool exact = !probe.Type.IsFloating();
        if (exact != !fact.Type.IsFloating() || (exact && fact.Type != probe.Type))
        {
            return (double.PositiveInfinity, 0,
                $"it is {fact.Type.NumPyName()}, the golden's {probe.Type.NumPyName()}");
        }
        if (exact) return Compare(golden.Probe(probe), probe, session.Read(value));
        return Compare(golden.Probe(probe).As<double>(), probe, reader.Read(session, value));
    }

    /// <summary>The same of all elements.</summary>
    /// <param name="expected">The values at its positions.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="actual">All elements in PyTorch's axis order.</param>
    public static (double Error, double Limit, string Why) Compare(
        ReadOnlySpan<double> expected, GoldenProbe probe, ReadOnlySpan<double> actual)
    {
        var sums = ProbeSums.Of(probe.Node, actual);
        if (sums.NonFinite != probe.NonFinite)
        {
            return (double.PositiveInfinity, 0,
                $"{sums.NonFinite} of its elements are NaN or infinite, {probe.NonFinite} of the golden's");
        }
        var sampled = new double[expected.Length];
        for (int i = 0; i < sampled.Length; i++) sampled[i] = actual[(int)probe.Positions[i]];
        var drift = Drift.Measure(probe.Node, [sampled.Length], sampled, expected, Tolerance.Default);
        return Compare(probe, drift.MaxAbs, sums.L2, sums.Projection);
    }

    /// <summary>The worst of a probe's three measures, scaled, its limit, and what differs.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="off">The largest difference at its positions.</param>
    /// <param name="norm">The norm of what is held to it.</param>
    /// <param name="projection">The projection of what is held to it.</param>
    public static (double Error, double Limit, string Why) Compare(
        GoldenProbe probe, double off, double norm, double projection)
    {
        double rounding = Tolerance.OfRounding(probe.Rounding), root = Math.Sqrt(probe.Shape.Elements);
        // Where the squares are beyond every number, what bounds the norm stands for it.
        double scale = double.IsFinite(probe.L2) ? probe.L2 : Math.Min(probe.AbsMax * root, double.MaxValue);
        return Worst(
            (off, probe.AbsMax, rounding, $"max |a-e| {Figures.Short(off)} at its probe"),
            (Off(norm, probe.L2), scale, rounding * root, $"its norm is {norm:R}, the golden's {probe.L2:R}"),
            (Off(projection, probe.Projection), scale, rounding * root,
                "elements that no position holds differ, or were exchanged: its projection is "
                + $"{projection:R}, the golden's {probe.Projection:R}"));
    }

    static double Off(double actual, double expected) => actual.Equals(expected) ? 0 : Math.Abs(actual - expected);

    /// <summary>The same of integers and Booleans: the same numbers in the same order have the same norm and projection
    /// to the last bit.</summary>
    public static (double Error, double Limit, string Why) Compare(Tensor expected, GoldenProbe probe, Tensor actual)
    {
        var drift = Drift.OfIntegers(probe.Node, GoldenProbe.Pick(actual, probe.Positions), expected);
        var sums = ProbeSums.Of(probe.Node, actual.ToDoubles());
        bool same = drift.MaxAbs == 0 && sums.L2 == probe.L2 && sums.Projection == probe.Projection;
        return same ? (0, 0, "") : (drift.MaxAbs == 0 ? double.PositiveInfinity : drift.Scaled, 0,
            drift.MaxAbs == 0 ? "elements that no position holds differ, or were exchanged"
                : $"max |a-e| {Figures.Short(drift.MaxAbs)} at its probe");
    }

    // Of several measures the one nearest to, or furthest beyond, what rounding explains.
    static (double Error, double Limit, string Why) Worst(
        params ReadOnlySpan<(double Off, double Scale, double Rounding, string Why)> measures)
    {
        var (worst, ratio) = ((0.0, Drift.RoundingLimit, ""), -1.0);
        foreach (var (off, scale, rounding, why) in measures)
        {
            // Where all of the golden's elements are zero there is nothing to scale by.
            double unit = scale > 0 ? scale : 1;
            double error = off / unit, limit = Math.Max(Drift.RoundingLimit * scale, rounding) / unit;
            // NaN compares with nothing: a difference that is none is beyond every limit.
            if (double.IsNaN(error)) error = double.PositiveInfinity;
            double share = error == 0 ? 0 : error / limit;
            if (share > ratio) (worst, ratio) = ((error, limit, why), share);
        }
        return worst;
    }
}
