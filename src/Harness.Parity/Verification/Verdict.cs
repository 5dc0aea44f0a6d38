using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.History;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>The outcome of one case.</summary>
/// <param name="Name">The case.</param>
/// <param name="GoldenFile">The path of golden.json.</param>
/// <param name="Findings">What is wrong with it; empty when all is well.</param>
public sealed record Verdict(string Name, string GoldenFile, ImmutableArray<Finding> Findings)
{
    /// <summary>What ran the converted model: <c>cpu</c>, <c>cpu-torch</c>, <c>cuda</c>.</summary>
    public string Device { get; init; } = CpuRunner.Name;

    /// <summary>The limit that was applied in float64; null when nothing was compared.</summary>
    public Tolerance? Tolerance { get; init; }

    /// <summary>How many Flax leaves came back bit for bit.</summary>
    public int Leaves { get; init; }

    /// <summary>How many layers were computed once more as Flax does, from the arrays that it would look up.</summary>
    public int FlaxLayers { get; init; }

    /// <summary>How many nodes ran.</summary>
    public int Nodes { get; init; }

    /// <summary>Float64 drift of each output; empty when float64 was not verified.</summary>
    public ImmutableArray<Drift> Float64 { get; init; } = [];

    /// <summary>Every node that has a probe, in the order in which they ran.</summary>
    public ImmutableArray<NodeDrift> Probes { get; init; } = [];

    /// <summary>Probes that no node was held to.</summary>
    public ImmutableArray<string> UnmeasuredProbes { get; init; } = [];

    /// <summary>Inner values that somebody else gave and that are no node of the golden's.</summary>
    public ImmutableArray<string> UnmatchedTaps { get; init; } = [];

    /// <summary>Nodes of the model's own that the golden has no probe of.</summary>
    public ImmutableArray<string> UnprobedNodes { get; init; } = [];

    /// <summary><c>142 of 142 nodes compared</c>: the model's own nodes, not those that the conversion inserts, and
    /// those of the golden; null where none was to be compared.</summary>
    public string? Coverage => Probes.IsEmpty && UnmeasuredProbes.IsEmpty && UnprobedNodes.IsEmpty ? null
        : $"{Probes.Length} of {Probes.Length + UnmeasuredProbes.Length + UnprobedNodes.Length} nodes compared";

    /// <summary>Where the drift of the float64 output that is nearest to its limit, or furthest beyond it, sits; null
    /// where nothing was compared.</summary>
    public DriftMap? Map { get; init; }

    /// <summary>Where the golden comes from; null where there is none that could be read.</summary>
    public GoldenOrigin? Origin { get; init; }

    /// <summary>The first node that leaves its golden probe; null where none does.</summary>
    public BadNode? FirstBadNode { get; init; }

    /// <summary>What the float32 check measured; null when it did not run.</summary>
    public Float32Verdict? Float32 { get; init; }

    /// <summary>Earlier runs of this case on this device, oldest first; empty without a history.</summary>
    public ImmutableArray<HistoryEntry> History { get; init; } = [];

    /// <summary>What somebody decided about this golden, and what was guessed: a reader of a green must see
    /// it.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The fault that was injected, for tests of the gate; null in every honest run.</summary>
    public string? Fault { get; init; }

    /// <summary>How long the case took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>True when no finding is more than a warning.</summary>
    public bool Holds => Findings.All(finding => finding.Severity() == Severity.Warning);

    /// <summary>How many times its limit the worst that was measured is; infinite where nothing could be
    /// measured.</summary>
    public double TimesTheLimit => Float64.Select(drift => drift.ShareOfLimit)
        .Concat(Probes.Select(node => node.Limit > 0 ? node.Error / node.Limit : 0))
        .Concat(Float32?.Outputs.Where(drift => drift.Exempt is null).Select(drift => drift.ShareOfLimit) ?? [])
        .Concat(Float32?.Nodes.Select(node => node.Ratio) ?? [])
        .Select(times => double.IsNaN(times) ? double.PositiveInfinity : times)
        .DefaultIfEmpty(double.PositiveInfinity).Max();
}

/// <summary>A node whose float64 result leaves its golden probe.</summary>
/// <param name="Node">The call's name.</param>
/// <param name="Op">What it computes.</param>
/// <param name="Place">Where it stands in the model.</param>
/// <param name="Isolated">Its distance from its probe, scaled by its largest golden value. All nodes before it hold, so
/// its inputs are exact and the distance is its own; <see cref="NodeDrift.Isolated64"/> is measured
/// otherwise.</param>
/// <param name="Cumulative">The error at the outputs, scaled: what became of it.</param>
/// <param name="Why">The difference in words.</param>
public sealed record BadNode(string Node, string Op, SourcePlace Place, double Isolated, double Cumulative, string Why)
{
    /// <summary>What rounding explains of <see cref="Isolated"/>.</summary>
    public double Limit { get; init; } = Drift.RoundingLimit;
}

/// <summary>How far a node's float64 result lies from its golden probe.</summary>
/// <param name="Node">The value's name.</param>
/// <param name="Op">What computes it.</param>
/// <param name="Place">Where it stands in the model.</param>
/// <param name="Error">The difference, scaled by the golden's largest value or norm.</param>
/// <param name="Limit">What rounding explains of it.</param>
/// <param name="Why">The difference in words.</param>
public sealed record NodeDrift(string Node, string Op, SourcePlace Place, double Error, double Limit, string Why)
{
    /// <summary>True when rounding explains it.</summary>
    public bool Holds => Error <= Limit;

    /// <summary>Its own float64 error: what Flax's layer, computed by plain loops from the run's inputs at some places,
    /// differs by, as a share of Σ|w||x| + |b|. Null for a node that is no such layer.</summary>
    public double? Isolated64 { get; init; }

    /// <summary>Its own float32 error: fed the float64 run's activations rounded to float32, as a share of
    /// Σ|w||x| + |b|, or of max(1, max|e|). Null where it was not measured.</summary>
    public double? Isolated32 { get; init; }

    /// <summary>The limit of <see cref="Isolated32"/>.</summary>
    public double Isolated32Limit { get; init; }

    /// <summary>How far the float32 run, end to end and node by node, lies from the probe, scaled as
    /// <see cref="Error"/>. Null where it was not measured.</summary>
    public double? Cumulative32 { get; init; }

    /// <summary>The probe that it would be, of one that does not hold.</summary>
    internal (GoldenProbe Probe, Tensor Values)? Received { get; init; }
}

/// <summary>What the float32 check measured.</summary>
/// <param name="Outputs">Drift of each output, end to end with the fused plan.</param>
/// <param name="Limit">The end-to-end limit that applied.</param>
/// <param name="LimitReason">Where that limit comes from.</param>
/// <param name="Nodes">The nodes nearest to their limits, worst first.</param>
public sealed record Float32Verdict(
    ImmutableArray<Drift> Outputs, double Limit, string LimitReason, ImmutableArray<Float32Node> Nodes)
{
    /// <summary>Where the drift of the output that is furthest beyond its limit sits; null where all hold.</summary>
    public DriftMap? Map { get; init; }

    /// <summary>In which order the end-to-end plan added; single nodes add in exact order, always. Null where the
    /// runner does not say.</summary>
    public AdditionOrder? Order { get; init; }

    /// <summary>The largest |a-e| of the outputs that are held.</summary>
    public double MaxAbs => Outputs.Where(drift => drift.Exempt is null).Select(drift => drift.MaxAbs)
        .DefaultIfEmpty().Max();

    /// <summary><see cref="LimitReason"/>, and each output that is not held end to end, by name.</summary>
    public string LimitText => string.Join("; ", Outputs.Where(drift => drift.Exempt is not null)
        .Select(drift => string.Create(CultureInfo.InvariantCulture,
            $"output '{drift.Output}' exempt: {drift.Exempt}, {drift.Beyond} of {drift.Shape.Elements} differ"))
        .Prepend(LimitReason));

    /// <summary><see cref="Order"/> in words.</summary>
    [AllowNull]
    public string OrderText
    {
        get => field ?? Order?.ToString() ?? "libtorch's own order";
        init;
    }
}

/// <summary>One node in float32, fed the float64 run's activations rounded to float32.</summary>
/// <param name="Node">The call's name.</param>
/// <param name="Op">What it computes.</param>
/// <param name="Place">Where it stands in the model.</param>
/// <param name="Ratio">The largest |a-e| / limit: above 1 the node drifts.</param>
/// <param name="Error">|a-e| there.</param>
/// <param name="Limit">The limit there.</param>
/// <param name="Bound">The limit's formula, and the op's reason where it is wider than the default.</param>
/// <param name="Worst">The element.</param>
public sealed record Float32Node(
    string Node, string Op, SourcePlace Place, double Ratio, double Error, double Limit, string Bound, DriftPlace Worst)
{
    /// <summary>The limit as a share of what it is a share of.</summary>
    internal double Factor { get; init; }

    /// <summary>The error as such a share.</summary>
    internal double Scaled => Ratio == 0 ? 0 : double.IsInfinity(Ratio) ? Ratio : Ratio * Factor;

    /// <summary>True when every element is within its limit.</summary>
    public bool Holds => Ratio <= 1;
}

/// <summary>The outcome of a whole run of the gate.</summary>
/// <param name="Cases">One verdict a case, in the order of their names.</param>
/// <param name="Findings">What is wrong with no single case: goldens that no model uses.</param>
public sealed record GateVerdict(ImmutableArray<Verdict> Cases, ImmutableArray<Finding> Findings)
{
    /// <summary>Which part of all cases this is; null where it is all of them.</summary>
    public ReportPart? Part { get; init; }

    /// <summary>All findings, those of cases first.</summary>
    public IEnumerable<Finding> AllFindings => Cases.SelectMany(verdict => verdict.Findings).Concat(Findings);

    /// <summary>All findings in the order in which a reader needs them: errors before warnings, cases of which nothing
    /// could be measured first, then those that are most times beyond their limits.</summary>
    public IEnumerable<Finding> WorstFirst => Cases
        .SelectMany(verdict => verdict.Findings.Select(finding => (finding, Times: verdict.TimesTheLimit)))
        .Concat(Findings.Select(finding => (finding, Times: double.PositiveInfinity)))
        .OrderBy(told => told.finding.Severity() == Severity.Warning).ThenByDescending(told => told.Times)
        .Select(told => told.finding);

    /// <summary>True when nothing is more than a warning.</summary>
    public bool Holds => AllFindings.All(finding => finding.Severity() == Severity.Warning);
}
