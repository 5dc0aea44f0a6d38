using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.History;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary>Reads <c>parity.json</c> back, so that reports of several shards become one. How long a case took is not in
/// it.</summary>
public static class JsonReportReader
{
    static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The verdicts of a report folder.</summary>
    /// <param name="directory">A folder that holds <c>parity.json</c>.</param>
    /// <exception cref="ModelException">PAR9003: it is not there, or is no report of this version.</exception>
    public static GateVerdict Read(string directory)
    {
        string file = Path.Combine(Path.GetFullPath(directory), JsonReport.FileName);
        if (PathFault.OfFile(file) is { } why)
            throw Refuse(file, $"{why}; verify --report DIR --format json writes it");
        try
        {
            using var json = JsonDocument.Parse(WholeFile.Read(file), s_strict);
            var root = json.RootElement;
            if (root.GetProperty("schema").GetInt32() is var schema and not JsonReport.Schema)
                throw Refuse(file, $"it has schema {schema}, this harness reads {JsonReport.Schema}");
            var gate = new GateVerdict(
                [.. root.GetProperty("cases").EnumerateArray().Select(ToVerdict)], Findings(root))
            {
                Part = root.TryGetProperty("shard", out var part) ? ToPart(part) : null,
            };
            if (gate.Part is null && gate.Cases.IsEmpty && gate.Findings.IsEmpty)
                throw new FormatException("it has no case, so it says nothing");
            if (gate.Part is { Cases: var said } && said != gate.Cases.Length)
                throw new FormatException($"its shard has {said} cases, and {gate.Cases.Length} are in it");
            if (root.GetProperty("holds").GetBoolean() != gate.Holds)
                throw new FormatException("'holds' is not what its findings say");
            return gate;
        }
        // Whatever is in it, somebody may have written it by hand.
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException or ArithmeticException or IndexOutOfRangeException
            or NullReferenceException)
        {
            throw Refuse(file, $"no report that harness wrote: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    static ReportPart ToPart(JsonElement json) => new(
        Shard.Parse($"{json.GetProperty("index").GetInt32()}/{json.GetProperty("count").GetInt32()}")
            ?? throw new FormatException("'shard' is none"),
        Text(json, "device"), json.GetProperty("cases").GetInt32(), json.GetProperty("of").GetInt32(),
        Text(json, "set"));

    static Verdict ToVerdict(JsonElement json)
    {
        var verdict = Read(json);
        if (json.GetProperty("holds").GetBoolean() != verdict.Holds)
            throw new FormatException($"'holds' of the case '{verdict.Name}' is not what its findings say");
        if (verdict.Holds && verdict.Float64.FirstOrDefault(drift => !drift.Holds) is { } odd)
            throw new FormatException(
                $"the case '{verdict.Name}' holds, and its output '{odd.Output}' is beyond its limit");
        // A limit that grows with the golden may let more pass, and says of how many elements it does not.
        foreach (var drift in json.TryGetProperty("float64", out var drifts) ? drifts.EnumerateArray() : default)
            if (drift.TryGetProperty("holds", out var holds) && !holds.GetBoolean() && verdict.Holds)
                throw new FormatException(
                    $"the case '{verdict.Name}' holds, and its output '{Text(drift, "output")}' does not");
        return verdict;
    }

    static Verdict Read(JsonElement json) => new(Text(json, "name"), "", Findings(json))
    {
        Device = Text(json, "device"),
        Fault = TextOrNull(json, "fault"),
        Nodes = json.GetProperty("nodes").GetInt32(),
        Leaves = json.GetProperty("leaves").GetInt32(),
        Origin = json.TryGetProperty("golden", out var golden) ? ToOrigin(golden) : null,
        Map = json.TryGetProperty("map", out var map) ? ToMap(map) : null,
        History = json.TryGetProperty("history", out var history)
            ? [.. history.EnumerateArray().Select(run => ToEntry(json, run))] : [],
        Tolerance = json.TryGetProperty("tolerance", out var tolerance) ? ToTolerance(tolerance) : null,
        Float64 = json.TryGetProperty("float64", out var drifts) ? Drifts(drifts) : [],
        Notes = Texts(json, "notes"),
        FlaxLayers = json.GetProperty("flaxLayers").GetInt32(),
        Probes = json.TryGetProperty("probes", out var probes) ? Nodes(probes) : [],
        UnmeasuredProbes = json.TryGetProperty("probes", out _) ? Texts(probes, "notCompared") : [],
        UnprobedNodes = json.TryGetProperty("probes", out _) ? Texts(probes, "noProbe") : [],
        UnmatchedTaps = json.TryGetProperty("probes", out _) ? Texts(probes, "noNode") : [],
        FirstBadNode = json.TryGetProperty("firstBadNode", out var bad) ? ToBadNode(bad) : null,
        Float32 = json.TryGetProperty("float32", out var float32) ? ToFloat32(float32) : null,
    };

    static Tolerance ToTolerance(JsonElement json) =>
        Tolerance.Named(Text(json, "policy"), Number(json, "value"), TextOrNull(json, "reason") ?? "")
            ?? throw new FormatException($"the policy '{Text(json, "policy")}' is unknown");

    static ImmutableArray<NodeDrift> Nodes(JsonElement json) =>
    [
        .. json.GetProperty("nodes").EnumerateArray().Select(node => new NodeDrift(
            Text(node, "node"), Text(node, "op"),
            Source(node) with { Module = TextOrNull(node, "module") ?? "" }, Number(node, "error"),
            Number(node, "limit"), "")
        {
            Isolated64 = NumberOrNull(node, "isolated64"),
            Isolated32 = NumberOrNull(node, "isolated32"),
            Isolated32Limit = NumberOrNull(node, "isolated32Limit") ?? 0,
            Cumulative32 = NumberOrNull(node, "cumulative32"),
        }),
    ];

    static GoldenOrigin ToOrigin(JsonElement json) => new(
        Text(json, "id"), Text(json, "model"),
        new GoldenRecorder(
            Text(json, "torch"), Text(json, "device"), Text(json, "dtype"), json.GetProperty("tf32").GetBoolean()),
        [.. json.GetProperty("inputs").EnumerateArray().Select(port => ToPort(port) with
        {
            Seed = port.TryGetProperty("seed", out var seed) ? seed.GetInt64() : null,
        })],
        [.. json.GetProperty("outputs").EnumerateArray().Select(port => ToPort(port) with
        {
            Magnitude = Number(port, "magnitude"), Noise = Number(port, "noise"), Rounding = Number(port, "rounding"),
        })],
        json.GetProperty("guessesShapes").GetBoolean(), json.GetProperty("castsLifted").GetInt32(),
        json.GetProperty("noiseSamples").GetInt32());

    static HistoryEntry ToEntry(JsonElement json, JsonElement run) =>
        new(HistoryLine.ReadTime(run), Text(json, "name"), Text(json, "device"))
        {
            Float64 = HistoryLine.ReadFigure(run, "float64"),
            Float32 = HistoryLine.ReadFigure(run, "float32"),
        };

    static OriginPort ToPort(JsonElement json) => new(
        Text(json, "name"), Shape.Create([.. Indices(json, "shape")]),
        Array.FindAll(Enum.GetValues<ElementType>(), type => type.NumPyName() == Text(json, "dtype")) is [var type]
            ? type
            : throw new FormatException($"the type '{Text(json, "dtype")}' is unknown"));

    static DriftMap ToMap(JsonElement json)
    {
        var rows = json.GetProperty("plane");
        return new DriftMap(
            Text(json, "output"), Shape.Create([.. Indices(json, "shape")]), Number(json, "limit"),
            rows.GetArrayLength(), [.. rows.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(Number)],
            [.. json.GetProperty("channels").EnumerateArray().Select(Number)]);
    }

    static ImmutableArray<Drift> Drifts(JsonElement json) => [.. json.EnumerateArray().Select(drift => new Drift(
        Text(drift, "output"), Shape.Create([.. Indices(drift, "shape")]), Number(drift, "maxAbs"), ToPlace(drift),
        Number(drift, "scaled"), Number(drift, "rms"), drift.GetProperty("beyond").GetInt64(),
        drift.GetProperty("nonFinite").GetInt64(), drift.GetProperty("aboveRounding").GetBoolean())
    {
        Exempt = TextOrNull(drift, "exempt"),
        IsExact = IsExact(drift),
        Limit = new Tolerance(TolerancePolicy.Default, Number(drift, "limit")),
    })];

    static bool IsExact(JsonElement drift) => drift.GetProperty("at").TryGetProperty("exact", out _);

    static DriftPlace ToPlace(JsonElement drift)
    {
        var at = drift.GetProperty("at");
        var (actual, expected) = (at.GetProperty("actual"), at.GetProperty("expected"));
        var place = new DriftPlace(
            Indices(at, "nchw"), Indices(at, "nhwc"), Number(at, "actual"), Number(at, "expected"));
        return IsExact(drift)
            ? place with { Integers = (actual.GetInt64(), expected.GetInt64()) }
            : place;
    }

    static BadNode ToBadNode(JsonElement json) => new(
        Text(json, "node"), Text(json, "op"), Source(json), Number(json, "isolated"), Number(json, "cumulative"),
        Text(json, "why"));

    static Float32Verdict ToFloat32(JsonElement json)
    {
        var nodes = json.GetProperty("worstNodes").EnumerateArray().Select(node => new Float32Node(
            Text(node, "node"), Text(node, "op"), Source(node), Number(node, "ratio"), Number(node, "error"),
            Number(node, "limit"), Text(node, "bound"), ToPlace(node)));
        return new Float32Verdict(
            Drifts(json.GetProperty("outputs")), Number(json, "limit"), Text(json, "limitReason"), [.. nodes])
        {
            Order = json.TryGetProperty("order", out var order)
                ? new AdditionOrder(
                    order.GetProperty("winogradSteps").GetInt32(), order.GetProperty("steps").GetInt32())
                : null,
            OrderText = TextOrNull(json, "additions"),
            Map = json.TryGetProperty("map", out var map) ? ToMap(map) : null,
        };
    }

    static ImmutableArray<Finding> Findings(JsonElement json) =>
    [
        .. json.GetProperty("findings").EnumerateArray()
            .Select(finding => new Finding(Code(finding), Place(finding), Text(finding, "message"))),
    ];

    // Another machine's checkout lies elsewhere.
    static string Place(JsonElement finding) => TextOrNull(finding, "file") is { } file
        ? FindingPlace.Here(Text(finding, "place"), file) : Text(finding, "place");

    // The code decides whether it is an error: one that nobody knows is none of ours.
    static string Code(JsonElement finding) => Text(finding, "code") is var code
        && CodesPage.All.Any(entry => entry.Code == code) ? code
        : throw new FormatException($"the code '{Text(finding, "code")}' is unknown");

    static SourcePlace Source(JsonElement json)
    {
        if (TextOrNull(json, "source") is not { } text) return SourcePlace.Unknown;
        int colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int line)
            ? new SourcePlace("", text[..colon], line)
            : new SourcePlace("", text, 0);
    }

    // NaN and infinity stand as text.
    static double Number(JsonElement number) => number.ValueKind == JsonValueKind.String
        ? double.Parse(number.GetString()!, CultureInfo.InvariantCulture)
        : number.GetDouble();

    static double Number(JsonElement json, string name) => Number(json.GetProperty(name));

    static double? NumberOrNull(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Number(value) : null;

    static ImmutableArray<int> Indices(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];

    static ImmutableArray<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];

    static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");

    static string? TextOrNull(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : null;

    static ModelException Refuse(string file, string why) => new(new Finding(Codes.BadUsage, file, why));
}
