using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Parity.Fuzz;

/// <summary>What became of a case.</summary>
public enum FuzzState
{
    /// <summary>The executor computes what the reference computes.</summary>
    Holds,

    /// <summary>Both refuse the graph.</summary>
    Refused,

    /// <summary>The executor says by name that it does not support the graph.</summary>
    Unsupported,

    /// <summary>There is a finding.</summary>
    Fails,
}

/// <summary>What became of a case, and why.</summary>
/// <param name="State">What.</param>
/// <param name="Finding">What is wrong, or why the graph is refused; null where it holds.</param>
/// <param name="Subject">The op or operator that the finding is about; empty where it names none.</param>
public sealed record FuzzOutcome(FuzzState State, Finding? Finding, string Subject)
{
    /// <summary>What the reference recorded; null where it refused.</summary>
    public GoldenCase? Golden { get; init; }

    /// <summary>True for one that is as wrong as another.</summary>
    public bool IsLike(FuzzOutcome other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return State == other.State && Finding?.Code == other.Finding?.Code && Subject == other.Subject;
    }
}

/// <summary>Holds one graph to the reference, by the code of the gate: what is recorded of it is verified as any golden
/// is. A case that is red although nothing is wrong is a finding as well.</summary>
/// <param name="record">The reference: what a golden of the case holds. PAR1002, PAR1003 and PAR1004 are
/// refusals.</param>
public sealed class FuzzJudge(Func<FuzzCase, GoldenCase> record)
{
    /// <summary>What becomes of a case.</summary>
    /// <param name="trial">The case.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ModelException">PAR9001: there is no reference.</exception>
    public FuzzOutcome Judge(FuzzCase trial, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(trial);
        using var model = new TorchModel(trial.Graph, trial.Weights(), "graph");
        Finding? own;
        NhwcProgram? program;
        try
        {
            (program, own) = Converted(model);
        }
        catch (Exception e) when (IsOurs(e))
        {
            return Broken(e, "refusing or converting");
        }
        GoldenCase golden;
        try
        {
            golden = record(trial);
        }
        catch (ModelException e) when (e.Finding.Code is not (Codes.LibTorchMissing or Codes.BadUsage))
        {
            // There is nothing to compare, and no golden of it.
            bool isEmpty = e.Finding.Code == Codes.GoldenCorrupt
                && program?.Outputs.All(port => program.Values[port.Value].Shape.Elements == 0) == true;
            return isEmpty ? new FuzzOutcome(FuzzState.Unsupported, e.Finding, "")
                : Refused(trial.Graph, own, e.Finding);
        }
        if (own is { Code: Codes.ShapeMismatch })
        {
            return new FuzzOutcome(FuzzState.Fails, new Finding(Codes.FuzzRefused, "",
                $"PyTorch takes it, and the executor refuses: {own.Message}"), Named(trial.Graph, own))
            {
                Golden = golden,
            };
        }
        if (own is not null) return new FuzzOutcome(FuzzState.Unsupported, own, "");
        if (Undefined(trial.Graph, golden) is { } undefined)
            return new FuzzOutcome(FuzzState.Unsupported, undefined, "") { Golden = golden };
        try
        {
            var options = OptionsOf(trial, golden);
            var verdict = Verifier.Verify(trial.Name, golden, model, options, cancellation);
            var outcome = Outcome(golden, verdict);
            if (outcome.State == FuzzState.Holds && FusedCheck.Judge(
                golden, program!, verdict.Float32?.Outputs ?? [], options, cancellation) is { } drifts)
                outcome = new FuzzOutcome(FuzzState.Fails, drifts, Fused);
            return outcome with { Golden = golden };
        }
        catch (ModelException e)
        {
            return new FuzzOutcome(FuzzState.Fails, e.Finding, "") { Golden = golden };
        }
        catch (Exception e) when (IsOurs(e))
        {
            return Broken(e, "verifying") with { Golden = golden };
        }
    }

    // What the finding is about where only the plan that users run is wrong.
    const string Fused = "fused";

    /// <summary>What the gate's verdict says of a case: drift that a graph out of dice has rightly is none.</summary>
    internal static FuzzOutcome Outcome(GoldenCase golden, Verdict verdict)
    {
        // A graph of nothing but lifted casts.
        if (verdict.Findings is [{ Code: Codes.ModelUnreadable } empty])
            return new FuzzOutcome(FuzzState.Unsupported, empty, "");
        // An integer cut off from a number that rounding moves across it: one side has 1, the other 1 - 1e-16.
        if (verdict.FirstBadNode is { Op: nameof(Cast) } cut && FurthestOff(golden, verdict, cut.Node) == 1)
        {
            return new FuzzOutcome(FuzzState.Unsupported,
                new Finding(Codes.UnsupportedOp, "", $"'{cut.Node}' cuts off what rounding moves"), "");
        }
        // A large output may be held to 1e-6 as such; by scale it holds. What holds by every measure and is red all the
        // same is red for something else: outputs of another shape are not measured, those of the other tree are not
        // these.
        if (verdict is { Holds: false, FirstBadNode: null } && verdict.Findings.All(f => f.Code == Codes.OutputDrift)
            && verdict.Float64.Any(drift => !drift.Holds)
            && verdict.Float64.All(drift => drift.Holds || drift.Scaled <= Drift.RoundingLimit))
            return new FuzzOutcome(FuzzState.Holds, null, "");
        // One divided by a zero: whose sign, and whether it is one at all, is rounding.
        if (verdict.FirstBadNode is { Op: nameof(Pow) or nameof(Div) } bad
            && golden.Document.Probes.Any(probe => probe.Node == bad.Node && probe.NonFinite > 0))
        {
            return new FuzzOutcome(FuzzState.Unsupported,
                new Finding(Codes.UnsupportedOp, "", $"'{bad.Node}' divides by zero"), "");
        }
        // What float32 gives end to end is held to torch's own noise, which on the few numbers of such a graph is luck;
        // every node by itself is held to its bound, and the whole by what rounding explains, below.
        if (verdict is { Holds: false, Float32: { } float32 }
            && verdict.Findings.All(f => f.Code == Codes.Float32Drift) && float32.Nodes.All(node => node.Holds))
            return new FuzzOutcome(FuzzState.Holds, null, "");
        return verdict.Holds ? new FuzzOutcome(FuzzState.Holds, null, "")
            : new FuzzOutcome(FuzzState.Fails, verdict.Findings.First(f => f.Severity() != Severity.Warning),
                verdict.FirstBadNode?.Op ?? verdict.Float32?.Nodes.FirstOrDefault(node => !node.Holds)?.Op ?? "");
    }

    // How far the furthest of a node's elements lies from the golden's, where both were sampled.
    static double FurthestOff(GoldenCase golden, Verdict verdict, string node)
    {
        if (verdict.Probes.First(probe => probe.Node == node).Received is not { } received) return 0;
        var probe = golden.Document.Probes.First(probe => probe.Node == node);
        double[] expected = golden.Probe(probe).ToDoubles(), actual = received.Values.ToDoubles();
        var places = received.Probe.Positions.Select((position, i) => (position, i))
            .ToDictionary(place => place.position, place => place.i);
        return probe.Positions.Select((position, i) => places.TryGetValue(position, out int place)
            ? Math.Abs(actual[place] - expected[i]) : 0).DefaultIfEmpty().Max();
    }

    // What PyTorch refuses by strides of memory, which a graph does not have: whoever exported the model was told. And
    // by the elements: a decomposition of what is not finite.
    static readonly string[] s_unseen =
    [
        "view size is not compatible with input tensor's size and stride",
        "the input matrix contained non-finite values",
    ];

    // What no float32 holds, such as exp(exp(x)), is held in float64 alone.
    static VerifyOptions OptionsOf(FuzzCase trial, GoldenCase golden) => new()
    {
        Threads = trial.Threads,
        Lanes = trial.Lanes,
        Precision = golden.Document.Probes.Any(probe => probe.NonFinite > 0 || probe.AbsMax > 1e30)
            ? Precision.Float64 : Precision.Both,
        KeepsReceived = false,
    };

    // One of both is null.
    static (NhwcProgram? Program, Finding? Refusal) Converted(TorchModel model)
    {
        try
        {
            return (NhwcPass.Apply(
                model, [.. model.Graph.Inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]), null);
        }
        catch (ModelException e)
        {
            return (null, e.Finding);
        }
    }

    static FuzzOutcome Refused(Graph graph, Finding? own, Finding other)
    {
        bool refuses = other.Code is Codes.UnsupportedOp or Codes.ShapeMismatch or Codes.WeightsDoNotFit;
        // However it says so: what the executor refuses is nobody's model either.
        if (own is not null) return new FuzzOutcome(FuzzState.Refused, own, "");
        if (refuses && s_unseen.FirstOrDefault(other.Message.Contains) is not null)
            return new FuzzOutcome(FuzzState.Refused, other, "");
        return refuses
            ? new FuzzOutcome(FuzzState.Fails, new Finding(Codes.FuzzTaken, "",
                $"the executor takes what PyTorch refuses: {other.Message}"), Named(graph, other))
            : new FuzzOutcome(FuzzState.Fails, other, "");
    }

    // Integers of numbers that no integer is: C++ leaves open what they become, and libtorch's own paths differ.
    static Finding? Undefined(Graph graph, GoldenCase golden)
    {
        const double Largest = int.MaxValue;
        var probes = golden.Document.Probes.ToDictionary(probe => probe.Node, StringComparer.Ordinal);
        var sources = graph.Calls.SelectMany(call => call.Results.Select((id, n) =>
            (id, Node: GraphEdits.NodeOf(call, n)))).ToDictionary(pair => pair.id, pair => pair.Node);
        foreach (var call in graph.Calls)
        {
            if (!probes.TryGetValue(call.Name, out var result) || result.Type.IsFloating()) continue;
            foreach (int operand in GraphEdits.Read(call))
            {
                if (sources.TryGetValue(operand, out string? node) && probes.TryGetValue(node, out var probe)
                    && probe.Type.IsFloating() && (probe.NonFinite > 0 || probe.AbsMax > Largest))
                {
                    return new Finding(Codes.UnsupportedOp, "",
                        $"{call.Target} '{call.Name}' makes integers of numbers that are none");
                }
            }
        }
        return null;
    }

    static FuzzOutcome Broken(Exception e, string doing) => new(FuzzState.Fails, new Finding(Codes.FuzzBroken, "",
        $"unexpected {e.GetType().Name} while {doing}: {e.Message}"), e.GetType().Name);

    // The operator that a refusal names.
    static string Named(Graph graph, Finding finding) => graph.Calls
        .Where(call => finding.Message.Contains($"'{call.Name}'", StringComparison.Ordinal))
        .Select(call => call.Target).FirstOrDefault("");

    /// <summary>True for a mistake of the code.</summary>
    internal static bool IsOurs(Exception e) =>
        e is not (OperationCanceledException or OutOfMemoryException or ModelException or IOException);
}
