using System.Collections.Immutable;
using System.Diagnostics;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Holds what somebody else's program computed to a golden: float64 arrays as check 2 does, float32 ones as
/// check 3 does end to end, integers and Booleans to the last bit.</summary>
public static class ActualCheck
{
    // An inner value in float32 carries the rounding of all that went before it, and the golden records such noise of
    // outputs alone: four times that is the limit of an output, and inner values lie up to four times as far off.
    const int TapFactor = 16;

    // What float32 may lose on its way through a network of which nothing worse is known: of the architectures in
    // golden/models none loses more than 2.1e-6 (a softmax of vit_b_16), most below 1e-6.
    const double TapFloor = 1e-5;

    // How many ulps of float64 one of float32 is.
    const double Coarser = 1L << 29;

    // A port is run on one case's inputs; who has no second array should know what is not held.
    static string[] Beside(GoldenCase golden)
    {
        if (golden.Document.Sensitivity.Other is not { } other) return [];
        string folder = Path.GetFullPath(Path.Combine(golden.Directory, other));
        return [$"tells all only together with {folder}: hold the port to that one too"];
    }

    /// <summary>The verdict on these files. Bad input is an exception, drift a finding.</summary>
    /// <param name="request">The case; its model is not opened.</param>
    /// <param name="files">What was computed.</param>
    /// <param name="limit">The run's limit.</param>
    /// <exception cref="ModelException">PAR3001, PAR3003: no readable golden; PAR9003: the arrays cannot be read, or
    /// are not those of the golden.</exception>
    public static Verdict Verify(
        VerifyRequest request, ActualFiles files, double limit = Tolerance.DefaultValue)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(files);
        long started = Stopwatch.GetTimestamp();
        var golden = GoldenStore.Read(request.Golden, request.Model, request.Weights);
        var arrays = ActualArrays.Read(golden, files);
        var tolerance = Verifier.EffectiveTolerance(
            request, golden.Document.Tolerance, new VerifyOptions { Tolerance = limit });
        if (LimitCheck.Judge(golden, tolerance) is { } empty) throw new ModelException(empty);
        var nodes = Nodes(golden, arrays);
        var verdict = new Verdict(request.Name, golden.File, [])
        {
            Device = Path.GetFileName(files.Outputs),
            Origin = GoldenOrigin.Of(golden.Document),
            Notes = [.. golden.Document.Notes(), .. Beside(golden)],
            Tolerance = tolerance,
            Nodes = nodes.Length,
            Probes = nodes,
            UnmeasuredProbes = [.. golden.Document.Probes.Select(probe => probe.Node)
                .Where(node => !arrays.Taps.ContainsKey(node))],
            UnmatchedTaps = arrays.UnmatchedTaps,
        };
        var misfits = Misfits(golden, arrays, files.Layouts);
        verdict = misfits.IsEmpty ? Measure(verdict, golden, arrays, tolerance) : verdict with { Findings = misfits };
        verdict = Localise(verdict, golden, tolerance, files.Taps is not null);
        // What cannot tell a right model from a wrong one cannot tell a port either.
        if (Vacuity.Finding(golden, "record it again with inputs that can, or with --reason") is { } vacuous)
            verdict = verdict with { Findings = verdict.Findings.Add(vacuous) };
        return Verifier.Placed(verdict) with { Duration = Stopwatch.GetElapsedTime(started) };
    }

    /// <summary>The same among other cases, where bad input is a finding too.</summary>
    internal static Verdict Held(VerifyRequest request, ActualFiles files, double limit)
    {
        try
        {
            return Verify(request, files, limit);
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            string golden = Path.Combine(Path.GetFullPath(request.Golden), GoldenStore.JsonName);
            return new Verdict(request.Name, golden,
                [(e as ModelException)?.Finding ?? new Finding(Codes.BadUsage, golden, e.Message)])
            {
                Device = Path.GetFileName(files.Outputs),
            };
        }
    }

    static ImmutableArray<Finding> Misfits(GoldenCase golden, ActualArrays arrays, ArrayLayouts layouts)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        for (int i = 0; i < arrays.Outputs.Length; i++)
        {
            var (port, actual) = (golden.Document.Outputs[i], arrays.Outputs[i]);
            string? why = TypeFault(port.Type, actual.Type)
                ?? (actual.Shape == port.Shape ? null : $"has shape {actual.Shape}, the golden {port.Shape} (read as " +
                    $"{layouts.NameOf(port.Name)}, axes as PyTorch has them)");
            if (why is not null)
                findings.Add(new Finding(Codes.OutputDrift, golden.PlaceOf(GoldenStore.OutputName(port.Name)),
                    $"output '{port.Name}' {why}"));
        }
        return findings.ToImmutable();
    }

    // Integers are told from others by type alone; to widen them is the caller's business.
    static string? TypeFault(ElementType expected, ElementType actual) => expected.IsFloating()
        ? actual is ElementType.Float64 or ElementType.Float32 ? null
            : $"is {actual.NumPyName()}, expected float64 or float32"
        : actual == expected ? null : $"is {actual.NumPyName()}, the golden {expected.NumPyName()}";

    static Verdict Measure(Verdict verdict, GoldenCase golden, ActualArrays arrays, Tolerance tolerance)
    {
        var single = arrays.Outputs.Select(tensor => tensor.Type == ElementType.Float32).ToArray();
        if (single.Contains(false))
        {
            verdict = verdict with
            {
                Float64 = [.. Float64Check.Measure(golden, arrays.Outputs, tolerance).Where((_, i) => !single[i])],
            };
            verdict = verdict with { Map = NodeSeries.MapOf(golden, verdict.Float64, arrays.Outputs) };
        }
        if (!single.Contains(true)) return verdict;
        using var runner = new CpuRunner();
        ImmutableArray<Drift> drifts = [.. Float64Check.Measure(golden, arrays.Outputs, port => Float32Check.Limit(
            Float32Check.EndToEndLimit(golden.Document, port, tolerance, Float32Mode.Calibrated, runner)))
            .Where((_, i) => single[i])];
        var nearest = drifts.MaxBy(drift => drift.ShareOfLimit)!.Limit;
        return verdict with
        {
            Float32 = new Float32Verdict(drifts, nearest.Value, nearest.Reason, [])
            {
                OrderText = "its own order",
                Map = drifts.All(drift => drift.Holds) ? null : NodeSeries.MapOf(golden, drifts, arrays.Outputs),
            },
        };
    }

    static ImmutableArray<NodeDrift> Nodes(GoldenCase golden, ActualArrays arrays) =>
    [
        .. golden.Document.Probes.Where(probe => arrays.Taps.ContainsKey(probe.Node)).Select(probe =>
        {
            var (error, limit, why) = Compare(golden, probe, arrays.Taps[probe.Node]);
            return new NodeDrift(probe.Node, "tap", SourcePlace.Unknown, error, limit, why);
        }),
    ];

    static (double Error, double Limit, string Why) Compare(GoldenCase golden, GoldenProbe probe, Tensor tap)
    {
        if (TypeFault(probe.Type, tap.Type) is { } type) return (double.PositiveInfinity, 0, $"it {type}");
        if (tap.Shape != probe.Shape)
            return (double.PositiveInfinity, 0, $"its shape is {tap.Shape}, the golden's {probe.Shape}");
        var expected = golden.Probe(probe);
        if (!probe.Type.IsFloating()) return ProbeCheck.Compare(expected, probe, tap);
        var held = ProbeCheck.Compare(expected.As<double>(), probe, tap.ToDoubles());
        return tap.Type == ElementType.Float64 ? held : held with { Limit = TapLimit(golden.Document, probe) };
    }

    static double TapLimit(GoldenDocument document, GoldenProbe probe)
    {
        double worst = TapFloor;
        if (probe.AbsMax > 0) worst = Math.Max(worst, TapFactor * Coarser * probe.Rounding / probe.AbsMax);
        for (int i = 0; i < document.Outputs.Length; i++)
        {
            var statistics = document.Outputs[i].Statistics;
            double magnitude = Math.Max(Math.Abs(statistics.Min), Math.Abs(statistics.Max));
            if (magnitude > 0) worst = Math.Max(worst, TapFactor * document.Float32Noise.Outputs[i] / magnitude);
        }
        return worst;
    }

    static Verdict Localise(Verdict verdict, GoldenCase golden, Tolerance tolerance, bool tapped)
    {
        var first = verdict.Probes.FirstOrDefault(node => !node.Holds);
        var outputs = verdict.Float64.Concat(verdict.Float32?.Outputs ?? []).ToImmutableArray();
        if (first is not null)
        {
            double cumulative = outputs.Select(drift => drift.Scaled).DefaultIfEmpty().Max();
            verdict = verdict with
            {
                FirstBadNode = new BadNode(
                    first.Node, first.Op, first.Place, first.Error, cumulative, first.Why) { Limit = first.Limit },
            };
        }
        string where = Where(verdict, first, tapped);
        // What does not fit has been said; where it begins has not.
        if (!verdict.Findings.IsEmpty)
        {
            return verdict with
            {
                Findings = [.. verdict.Findings.Select(f => f with { Message = $"{f.Message}; {where}" })],
            };
        }
        var findings = ImmutableArray.CreateBuilder<Finding>();
        AddDrift(findings, golden, Codes.OutputDrift, verdict.Float64, "", where);
        if (verdict.Float32 is { } float32)
            AddDrift(findings, golden, Codes.Float32Drift, float32.Outputs, "in float32 ", where);
        if (findings.Count == 0 && first is not null) findings.Add(NodeFinding(golden, first, tolerance, outputs));
        if (findings.Count == 0 && verdict.Float64.Where(drift => drift.AboveRounding)
            .MaxBy(drift => drift.Scaled) is { } suspicious)
        {
            findings.Add(new Finding(
                Codes.AboveRounding, golden.PlaceOf(GoldenStore.OutputName(suspicious.Output)),
                $"output '{suspicious.Output}' holds ({suspicious.Limit}), but its drift " +
                $"{Figures.Short(suspicious.MaxAbs)} is {Figures.Short(suspicious.Scaled)} of its largest value, " +
                $"where rounding explains 1e-13; {where}"));
        }
        return verdict with { Findings = findings.ToImmutable() };
    }

    static void AddDrift(
        ImmutableArray<Finding>.Builder findings, GoldenCase golden, string code, ImmutableArray<Drift> drifts,
        string prefix, string where)
    {
        var drifting = drifts.Where(drift => !drift.Holds).ToArray();
        if (drifting.Length == 0) return;
        var worst = drifting.MaxBy(drift => drift.ShareOfLimit)!;
        string others = drifting.Length > 1
            ? $"; {drifting.Length - 1} more drift: " +
                ActualArrays.Names([.. drifting.Where(drift => drift != worst).Select(drift => drift.Output)])
            : "";
        string reason = worst.Limit.Reason.Length > 0 ? $" ({worst.Limit.Reason})" : "";
        findings.Add(new Finding(code, golden.PlaceOf(GoldenStore.OutputName(worst.Output)),
            $"{prefix}{Float64Check.Sentence(worst)}{reason}{others}; {where}"));
    }

    // A node that is off is a fault of its own, even where the outputs forgive it, unless the golden forgives as much
    // by a limit of its own.
    static Finding NodeFinding(
        GoldenCase golden, NodeDrift node, Tolerance tolerance, ImmutableArray<Drift> outputs)
    {
        double forgiven = outputs.Select(drift => drift.Scaled).DefaultIfEmpty().Max();
        bool forgives = !Float64Check.GoesByScale(golden, tolerance) && node.Error <= tolerance.Value;
        string code = forgives ? Codes.AboveRounding
            : node.Limit > Drift.RoundingLimit ? Codes.Float32Drift : Codes.OutputDrift;
        return new Finding(code, golden.PlaceOf(GoldenStore.ProbeName(node.Node)),
            $"node '{node.Node}' drifts: {node.Why}, scaled {Figures.Short(node.Error)}, limit " +
            $"{Figures.Short(node.Limit)}; the outputs forgive it ({Figures.Short(forgiven)})");
    }

    static string Where(Verdict verdict, NodeDrift? first, bool tapped) => first is not null
        ? $"first bad node '{first.Node}' of {verdict.Probes.Length} tapped: {first.Why}, scaled " +
            $"{Figures.Short(first.Error)}, limit {Figures.Short(first.Limit)}"
        : tapped ? $"all {verdict.Probes.Length} tapped nodes hold"
        : "no inner values were given that would say where it begins (--taps)";
}
