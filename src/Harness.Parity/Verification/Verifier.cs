using System.Collections.Immutable;
using System.Diagnostics;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Holds one model to its golden. Whatever is wrong with either is a finding, never an exception.</summary>
public static class Verifier
{
    /// <summary>The verdict on one case.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static Verdict Verify(VerifyRequest request, VerifyOptions options, CancellationToken cancellation = default)
    {
        using var model = new OpenModel();
        return Verify(request, options, model, cancellation);
    }

    /// <summary>The same with the model of the case before, where that is this one's too.</summary>
    internal static Verdict Verify(
        VerifyRequest request, VerifyOptions options, OpenModel open, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        long started = Stopwatch.GetTimestamp();
        open.Scratch.Clear();
        var verdict = new Verdict(
            request.Name, Path.Combine(Path.GetFullPath(request.Golden), GoldenStore.JsonName), [])
        {
            Device = options.Runner?.Device ?? CpuRunner.Name,
        };
        try
        {
            var golden = GoldenStore.Read(request.Golden, request.Model, request.Weights);
            verdict = verdict with
            {
                Notes = [.. golden.Document.Notes()], Origin = GoldenOrigin.Of(golden.Document),
            };
            var model = CaseModel.Open(request, golden, open);
            verdict = CaseModel.Staleness(request, golden, model, () => open.WeightsHash) is { } stale
                ? verdict with { Findings = [stale] }
                : Compare(verdict, request, golden, model, open, options, cancellation)
                    .With(Vacuity.Finding(golden, "record it again with inputs that can, or with --reason"));
        }
        // Without its runner no case can be verified; that ends the gate.
        catch (ModelException e) when (e.Finding.Code != Codes.RunnerEnded)
        {
            verdict = verdict with { Findings = [Placed(e.Finding, request, verdict.GoldenFile)] };
        }
        // A file that may not be read, or a disk that is full: the other cases are no worse for it.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            verdict = verdict with { Findings = [new Finding(Codes.BadUsage, verdict.GoldenFile, e.Message)] };
        }
        return Placed(verdict) with { Duration = Stopwatch.GetElapsedTime(started) };
    }

    /// <summary>The verdict on a golden that lies in no folder, and on the model it was recorded from.</summary>
    internal static Verdict Verify(
        string name, GoldenCase golden, TorchModel model, VerifyOptions options, CancellationToken cancellation)
    {
        using var open = new OpenModel();
        return Compare(new Verdict(name, golden.File, []), new VerifyRequest(golden.Directory), golden, model, open,
            options, cancellation);
    }

    static Verdict Compare(
        Verdict verdict, VerifyRequest request, GoldenCase golden, TorchModel torch, OpenModel open,
        VerifyOptions options, CancellationToken cancellation)
    {
        var tolerance = EffectiveTolerance(request, golden.Document.Tolerance, options);
        if (LimitCheck.Judge(golden, tolerance) is { } empty) return verdict.With(empty);
        torch = torch.For(CaseModel.Inputs(golden));
        (verdict, bool folds) = Transposed(verdict, golden, torch, open, tolerance, options, cancellation);
        if (folds && options.VerifiesFloat64 && verdict.Holds)
            verdict = verdict.With(FoldCheck.Judge(golden, torch, open, tolerance, options, cancellation));
        if (verdict.Findings.All(finding => finding.Code != Codes.OutputDrift))
            verdict = verdict.With(LooseLimit(golden, tolerance, verdict));
        return verdict.Fault is null ? verdict : Confess(verdict);
    }

    // The tree with its flattens transposed, which is what plans run. Whatever that takes is gone when this returns.
    static (Verdict Verdict, bool Folds) Transposed(
        Verdict verdict, GoldenCase golden, TorchModel torch, OpenModel open, Tolerance tolerance,
        VerifyOptions options, CancellationToken cancellation)
    {
        var model = NhwcPass.Apply(
            torch, CaseModel.Inputs(golden), FlattenMode.Transpose);
        // A tree that is wrong on purpose ships wrong: whatever could see it stands below.
        if (options.Fault is { } moved && Faults.Concerns(moved, model) && Faults.IsInTree(moved))
        {
            model = Faults.Inject(moved, model);
            verdict = verdict with { Fault = moved };
        }
        var faults = open.Ship(ref model, FlattenMode.Transpose).Faults(torch, model);
        verdict = verdict with
        {
            Leaves = model.Variables.Leaves.Length,
            Nodes = model.Nodes.Length,
            Tolerance = tolerance,
        };
        if (!faults.IsEmpty) return (verdict.With(WeightFinding(golden, faults)), false);
        if (OutputFault(golden, model) is { } fault) return (verdict.With(fault), false);
        // From here on the model may carry a fault on purpose; what could excuse it stands above.
        if (options.Fault is { } injected && Faults.Concerns(injected, model) && !Faults.IsInTree(injected))
        {
            model = Faults.Inject(injected, model);
            verdict = verdict with { Fault = injected };
        }
        verdict = Run(verdict, golden, model, open.Scratch, tolerance, options, cancellation);
        return (verdict, FoldCheck.Concerns(model));
    }

    static Verdict Run(
        Verdict verdict, GoldenCase golden, NhwcProgram model, Scratch scratch, Tolerance tolerance,
        VerifyOptions options, CancellationToken cancellation)
    {
        var runner = options.RunsOn;
        // Measured along the way, while the float64 run's weights and activations are at hand.
        var nodes = options.VerifiesFloat32 ? new Float32Nodes(runner, scratch, cancellation) : null;
        var probes = new ProbeCheck(golden);
        var layers = new FlaxLayers(
            model, model.Variables.Leaves.ToDictionary(leaf => leaf.FullPath, StringComparer.Ordinal));
        var outputs = Float64Run.Outputs(golden, model, runner, RunMode.EachNode, cancellation, session =>
        {
            // The nodes use a session up.
            if (options.VerifiesFloat64)
            {
                foreach (var node in session.Program.Nodes)
                {
                    probes.Observe(session, node, scratch.Values);
                    layers.Observe(session, node, scratch.Values);
                }
                scratch.Values.Forget();
            }
            nodes?.Observe(session);
        }, nodes is null ? null : nodes.Measure);
        if (options.VerifiesFloat64)
        {
            var drifts = Float64Check.Measure(golden, outputs, tolerance);
            var measured = NodeSeries.Joined(probes.Measured, layers.Errors, nodes?.Measured ?? []);
            var first = measured.FirstOrDefault(node => !node.Holds);
            var bad = first is null ? null : new BadNode(
                first.Node, first.Op, first.Place, first.Error, drifts.Max(drift => drift.Scaled), first.Why)
            {
                Limit = first.Limit,
            };
            verdict = (verdict with
            {
                Float64 = drifts, FirstBadNode = bad, Probes = measured, UnmeasuredProbes = probes.Unmeasured,
                FlaxLayers = layers.Layers, UnprobedNodes = probes.Unprobed,
                Map = NodeSeries.MapOf(golden, drifts, outputs),
            }).With(Float64Check.Judge(golden, drifts, tolerance, bad), Unprobed(golden, tolerance, probes.Unprobed));
            // Where the run itself is wrong it says nothing of the tree; a stated limit that forgives probes excuses
            // no tree.
            if (verdict.Holds && !layers.Faults.IsEmpty)
                verdict = verdict.With(WeightFinding(golden, layers.Faults));
            // Outputs under a fault on purpose must never be there to be accepted.
            if (verdict.Fault is null && options.KeepsReceived)
            {
                if (!verdict.Holds)
                    verdict = verdict.Saying(Received.Keep(golden, outputs, measured, options));
                else Received.Delete(golden, options);
            }
        }
        // Float32 is held to the float64 run; where that one is wrong already, more lines would only hide the first.
        if (nodes is not null && verdict.Holds)
        {
            var float32 = Float32Check.Measure(golden, model, nodes.Measured, tolerance, options, cancellation);
            verdict = (verdict with { Float32 = float32 }).With([.. Float32Check.Judge(golden, float32)]);
            if (options.FollowsFloat32)
            {
                verdict = verdict with
                {
                    Probes = NodeSeries.Followed(
                        verdict.Probes, golden, model, runner, scratch.Values, cancellation),
                };
            }
        }
        return verdict;
    }

    static Verdict With(this Verdict verdict, params ReadOnlySpan<Finding?> findings)
    {
        foreach (var finding in findings)
            if (finding is not null) verdict = verdict with { Findings = verdict.Findings.Add(finding) };
        return verdict;
    }

    // Where a limit is stated, for whoever has to change it.
    const string OfCase = "Tolerance of its ParityModel", OfRun = "stated for this run by --tolerance";

    // The case's own limit, else one that was accepted with a reason, else the run's.
    internal static Tolerance EffectiveTolerance(VerifyRequest request, Tolerance golden, VerifyOptions options) =>
        request.Tolerance is { } own ? Stated(own, OfCase)
        : !golden.IsDefault ? golden
        : Stated(options.Tolerance, OfRun);

    static Tolerance Stated(double value, string reason) =>
        value == Tolerance.DefaultValue ? Tolerance.Default : new Tolerance(TolerancePolicy.Default, value, reason);

    // What to do with it is the end of what is said of drift.
    static Verdict Saying(this Verdict verdict, string what) => verdict with
    {
        Findings = [.. verdict.Findings.Select(finding => finding.Code == Codes.OutputDrift
            ? finding with { Message = $"{finding.Message}; {what}" } : finding)],
    };

    static Finding WeightFinding(GoldenCase golden, ImmutableArray<string> faults) => new(
        Codes.WeightsRoundTrip, golden.PlaceOf("weights"),
        $"weights do not survive the conversion: " +
        $"{faults[0]}{(faults.Length > 1 ? $"; {faults.Length - 1} more" : "")}");

    static Finding? OutputFault(GoldenCase golden, NhwcProgram model)
    {
        if (model.Nodes.IsEmpty)
            return new Finding(
                Codes.ModelUnreadable, golden.PlaceOf("model"),
                "the model computes nothing, so nothing would be verified");
        var expected = golden.Document.Outputs;
        string found = string.Join(", ", model.Outputs.Select(port => port.Name));
        if (!model.Outputs.Select(port => port.Name).SequenceEqual(expected.Select(port => port.Name)))
        {
            return new Finding(Codes.OutputDrift, golden.PlaceOf(GoldenStore.OutputName(expected[0].Name)),
                $"the model's outputs are {found}, the golden's " +
                $"{string.Join(", ", expected.Select(port => port.Name))}");
        }
        for (int i = 0; i < expected.Length; i++)
        {
            var (type, shape) = model.Values[model.Outputs[i].Value].Fact;
            if (!expected[i].Type.IsFloating() && type != expected[i].Type)
            {
                return new Finding(Codes.OutputDrift, golden.PlaceOf(GoldenStore.OutputName(expected[i].Name)),
                    $"output '{expected[i].Name}' is {type.NumPyName()}, the golden {expected[i].Type.NumPyName()}");
            }
            if (shape == expected[i].Shape) continue;
            return new Finding(Codes.OutputDrift, golden.PlaceOf(GoldenStore.OutputName(expected[i].Name)),
                $"output '{expected[i].Name}' has shape {shape}, the golden {expected[i].Shape}");
        }
        return null;
    }

    // Where probes gate, a node without one would be held by nothing.
    static Finding? Unprobed(GoldenCase golden, Tolerance tolerance, ImmutableArray<string> nodes) =>
        nodes.IsEmpty || !Float64Check.GoesByScale(golden, tolerance) ? null : new Finding(
            Codes.GoldenVacuous, golden.PlaceOf("probes"),
            $"the golden has no probe of {nodes.Length} nodes that the model computes ('{nodes[0]}'" +
            $"{(nodes.Length > 1 ? ", …" : "")}), so that nothing holds them; record it again");

    static Finding? LooseLimit(GoldenCase golden, Tolerance tolerance, Verdict verdict)
    {
        if (!tolerance.IsLooserThanDefault || verdict.Float64.IsEmpty) return null;
        double measured = verdict.Float64.Max(drift => drift.MaxAbs);
        return tolerance.Value <= 10 * measured ? null : new Finding(
            Codes.LooseTolerance, golden.PlaceOf("tolerance"),
            $"the limit {tolerance} ({tolerance.Reason}) is more than ten times the measured drift " +
            $"{Figures.Short(measured)}; limits only tighten: " + (tolerance == golden.Document.Tolerance
                ? $"harness accept {ShellWord.Of(golden.Directory)} --tolerance default"
                : "state a smaller one there, or none"));
    }

    // Never green with a fault on purpose, and never silent about it.
    static Verdict Confess(Verdict verdict)
    {
        string confession = $"[fault injected: {verdict.Fault}] ";
        var findings = verdict.Findings.Select(finding => finding with { Message = confession + finding.Message })
            .ToImmutableArray();
        if (verdict.Holds)
        {
            findings = findings.Add(new Finding(Codes.BadUsage, verdict.GoldenFile,
                $"{confession}the outputs hold in spite of it; a run with a fault on purpose is never green: unset " +
                $"{Faults.Variable}"));
        }
        return verdict with { Findings = findings };
    }

    // A build log shows findings alone, and a device other than the usual one is half of what they say.
    internal static Verdict Placed(Verdict verdict) => verdict.Device == CpuRunner.Name ? verdict : verdict with
    {
        Findings = [.. verdict.Findings.Select(f => f with { Message = $"on {verdict.Device}: {f.Message}" })],
    };

    // Passes and plans know nodes, not files; the line that a build shows needs one.
    static Finding Placed(Finding finding, VerifyRequest request, string goldenFile)
    {
        // An architecture is no file; its golden is.
        string file = request.Model is { } model ? new ModelName(model).File ?? goldenFile : goldenFile;
        if (Path.IsPathRooted(finding.Place)) return finding;
        return finding.Place is "" or "harness" || finding.Place == file
            ? finding with { Place = Path.GetFullPath(file) }
            : finding with { Place = Path.GetFullPath(file), Message = $"{finding.Message} ({finding.Place})" };
    }
}
