using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.History;
using Harness.Parity.Reports;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Reports.Html;

/// <summary>Verdicts as a gate gives them, without a model.</summary>
static class PageCases
{
    /// <summary>A page of some cases of each kind.</summary>
    public static string Page { get; } = Render(Gate());

    public static string Render(GateVerdict gate, string format = "html") =>
        ReportSet.Named([format]).Reports.Single().Render(gate);

    /// <summary>Whatever a report may have to say.</summary>
    public static GateVerdict WithEverything()
    {
        var green = Green("golden/ops/exact", 1);
        var exact = Drift.OfIntegers("1", Tensor.Of([2], [1L, 2]), Tensor.Of([2], [1L, 3])) with { Exempt = "cut off" };
        var node = new Float32Node(
            "conv", "Conv2d", new SourcePlace("conv", "net.py", 3), 2, 2e-6, 1e-6, "1e-6", green.Float64[0].Worst);
        return Gate("x") with
        {
            Cases =
            [
                .. Gate("x").Cases,
                green with
                {
                    Tolerance = new Tolerance(TolerancePolicy.Default, 1e-3, "why"), UnmatchedTaps = ["tap"],
                    Float32 = green.Float32! with
                    {
                        Outputs = [exact], Order = new AdditionOrder(1, 2), Nodes = [node], Map = green.Map,
                    },
                },
            ],
            Part = new ReportPart(new Shard(1, 2), "cpu", 3, 6, ""),
        };
    }

    /// <summary>Two that fail, one that warns, and twenty that hold, by names that sort.</summary>
    public static GateVerdict Gate(string hostile = "") => new(
        [
            Red($"golden/models/red{hostile}", $"layer2.0.conv1{hostile}", hostile),
            Green("golden/ops/unreadable", 0) with
            {
                Findings = [new Finding(Codes.ModelUnreadable, $"m{hostile}.pt", $"no model{hostile}")],
                Float64 = [], Float32 = null, Probes = [], Map = null, Origin = null,
            },
            Green("golden/models/grew", 5) with
            {
                Findings = [new Finding(Codes.DriftGrew, "golden/models/grew/golden.json(1)", $"has grown{hostile}")],
            },
            .. Enumerable.Range(0, 20).Select(i => Green($"golden/ops/op{i:00}", i)),
        ],
        [new Finding(Codes.GoldenUnused, $"old{hostile}/golden.json(1)", $"no model uses this golden{hostile}")]);

    /// <summary>A case whose tenth node is wrong, of this many.</summary>
    public static Verdict Red(string name, string node, string hostile = "", int nodes = 60) => new(
        name, $"{name}/golden.json",
        [
            new Finding(Codes.OutputDrift, $"{name}/golden.json(57)",
                $"output '0{hostile}' drifts: max |a-e| 1.4e-1 at nhwc (0, 3, 1, 2); first bad node '{node}'"),
        ])
    {
        Nodes = nodes, Leaves = 12, FlaxLayers = 7, Tolerance = Tolerance.Default,
        Notes = [$"outputs accepted by hand: it is right{hostile}"],
        Fault = hostile.Length > 0 ? hostile : null,
        Probes =
        [
            .. Enumerable.Range(0, nodes).Select(i => new NodeDrift(
                i == 9 ? node : $"layer{i / 12}.{i / 4 % 3}.conv{i % 4}{hostile}", $"Conv2d{hostile}",
                new SourcePlace($"layer{i / 12}.{i / 4 % 3}.conv{i % 4}{hostile}", $"code/net{hostile}.py", i + 1),
                i < 9 ? 1e-15 * (i + 1) : i == 20 ? double.PositiveInfinity : 0.1 / (i - 8), 1e-10, "")
            {
                Isolated64 = i % 2 == 0 ? 3e-17 : null,
                Isolated32 = i % 3 == 0 ? 2e-7 : 0,
                Isolated32Limit = 1e-6,
                Cumulative32 = 1e-7 * (i + 1),
            }),
        ],
        UnmeasuredProbes = [$"fc.t{hostile}"],
        UnprobedNodes = [$"split{hostile}"],
        FirstBadNode = new BadNode(node, "Conv2d", new SourcePlace("", $"net{hostile}.py", 3), 0.1, 0.02, "why"),
        Float64 = [Drift.Measure($"0{hostile}", [1, 2, 3, 4], Ramp(0.14), Ramp(0), Tolerance.Default)],
        Map = DriftMap.Of(
            $"0{hostile}", 1e-9, Tensor.Of([1, 2, 3, 4], Ramp(0.14)), Tensor.Of([1, 2, 3, 4], Ramp(0))),
        Origin = Origin(hostile),
    };

    public static Verdict Green(string name, int i) => new(name, $"{name}/golden.json", [])
    {
        Nodes = 5, Leaves = 2, FlaxLayers = 1, Tolerance = Tolerance.Default, Origin = Origin(""),
        Probes =
        [
            .. Enumerable.Range(0, 5).Select(node => new NodeDrift(
                $"block.{node}", "ReLU", SourcePlace.Unknown, 1e-16 * node, 1e-10, "") { Cumulative32 = 1e-8 }),
        ],
        Float64 = [Drift.Measure("0", [1, 2, 3, 4], Ramp(1e-15 * i), Ramp(0), Tolerance.Default)],
        Float32 = new Float32Verdict(
            [Drift.Measure("0", [1, 2, 3, 4], Ramp(1e-7), Ramp(0), Tolerance.Default)], 1e-6, "1e-6", []),
        Map = DriftMap.Of("0", 1e-9, Tensor.Of([1, 2, 3, 4], Ramp(1e-15 * i)), Tensor.Of([1, 2, 3, 4], Ramp(0))),
        History =
        [
            .. Enumerable.Range(1, 9).Select(night => new HistoryEntry(
                new DateTimeOffset(2026, 1, night, 2, 0, 0, TimeSpan.Zero), name, "cpu") { Float64 = 1e-16 * night }),
        ],
    };

    static GoldenOrigin Origin(string hostile) => new(
        "0123456789abcdef", $"model{hostile}.pt", new GoldenRecorder($"2.10.0{hostile}", "cpu"),
        [new OriginPort($"x{hostile}", [1, 3, 9, 7], ElementType.Float32) { Seed = 3 }],
        [new OriginPort($"0{hostile}", [1, 2, 3, 4], ElementType.Float64) { Magnitude = 23, Noise = 3e-7 }],
        hostile.Length > 0, 2, 8);

    static double[] Ramp(double off) => [.. Enumerable.Range(0, 24).Select(i => i + (off * i))];
}
