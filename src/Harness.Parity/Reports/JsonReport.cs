using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Parity.History;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.json</c>: everything that was measured, for programs. The same run gives the same
/// bytes.</summary>
static class JsonReport
{
    /// <summary>The version of the file's shape.</summary>
    public const int Schema = 2;

    /// <summary>The file.</summary>
    public const string FileName = "parity.json";

    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Render(GateVerdict gate)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", Schema);
            json.WriteBoolean("holds", gate.Holds);
            if (gate.Part is { } part) WritePart(json, part);
            json.WriteStartArray("cases");
            foreach (var verdict in gate.Cases) WriteCase(json, verdict);
            json.WriteEndArray();
            WriteFindings(json, gate.Findings);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    static void WritePart(Utf8JsonWriter json, ReportPart part)
    {
        json.WriteStartObject("shard");
        json.WriteNumber("index", part.Shard.Index);
        json.WriteNumber("count", part.Shard.Count);
        json.WriteString("device", part.Device);
        json.WriteNumber("cases", part.Cases);
        json.WriteNumber("of", part.Of);
        json.WriteString("set", part.Set);
        json.WriteEndObject();
    }

    static void WriteCase(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("name", verdict.Name);
        json.WriteString("device", verdict.Device);
        json.WriteBoolean("holds", verdict.Holds);
        if (verdict.Fault is not null) json.WriteString("fault", verdict.Fault);
        json.WriteStartArray("notes");
        foreach (string note in verdict.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteNumber("nodes", verdict.Nodes);
        json.WriteNumber("leaves", verdict.Leaves);
        json.WriteNumber("flaxLayers", verdict.FlaxLayers);
        if (verdict.Origin is { } origin) WriteOrigin(json, origin);
        if (verdict.Tolerance is { } tolerance) WriteTolerance(json, tolerance);
        if (!verdict.Float64.IsEmpty) WriteDrifts(json, "float64", verdict.Float64);
        if (!verdict.Float64.IsEmpty || verdict.UnmeasuredProbes.Length + verdict.Probes.Length > 0)
            WriteProbes(json, verdict);
        if (!verdict.History.IsEmpty) WriteHistory(json, verdict.History);
        if (verdict.FirstBadNode is { } bad) WriteBadNode(json, bad);
        if (verdict.Map is { } map) WriteMap(json, map);
        if (verdict.Float32 is { } float32) WriteFloat32(json, float32);
        WriteFindings(json, verdict.Findings);
        json.WriteEndObject();
    }

    static void WriteTolerance(Utf8JsonWriter json, Tolerance tolerance)
    {
        json.WriteStartObject("tolerance");
        json.WriteString("policy", tolerance.PolicyName);
        json.WriteRoundTrip("value", tolerance.Value);
        if (tolerance.Reason.Length > 0) json.WriteString("reason", tolerance.Reason);
        json.WriteEndObject();
    }

    static void WriteDrifts(Utf8JsonWriter json, string name, ImmutableArray<Drift> drifts)
    {
        json.WriteStartArray(name);
        foreach (var drift in drifts)
        {
            json.WriteStartObject();
            json.WriteString("output", drift.Output);
            WriteIndex(json, "shape", drift.Shape);
            json.WriteBoolean("holds", drift.Holds);
            json.WriteRoundTrip("maxAbs", drift.MaxAbs);
            json.WriteRoundTrip("limit", drift.Limit.Value);
            WritePlace(json, drift.Worst);
            json.WriteRoundTrip("scaled", drift.Scaled);
            json.WriteRoundTrip("rms", drift.Rms);
            json.WriteNumber("beyond", drift.Beyond);
            json.WriteRoundTrip("share", drift.Share);
            json.WriteNumber("nonFinite", drift.NonFinite);
            json.WriteBoolean("aboveRounding", drift.AboveRounding);
            if (drift.Exempt is { } reason) json.WriteString("exempt", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WritePlace(Utf8JsonWriter json, DriftPlace place)
    {
        json.WriteStartObject("at");
        WriteIndex(json, "nchw", place.Nchw);
        WriteIndex(json, "nhwc", place.Nhwc);
        if (place.Integers is { } exact)
        {
            json.WriteNumber("actual", exact.Actual);
            json.WriteNumber("expected", exact.Expected);
            json.WriteBoolean("exact", true);
        }
        else
        {
            json.WriteRoundTrip("actual", place.Actual);
            json.WriteRoundTrip("expected", place.Expected);
        }
        json.WriteEndObject();
    }

    // Every node in the order in which it ran: what a plot of the drift shows.
    static void WriteProbes(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject("probes");
        if (verdict.Coverage is { } coverage) json.WriteString("coverage", coverage);
        json.WriteNumber("compared", verdict.Probes.Length);
        json.WriteStartArray("notCompared");
        foreach (string node in verdict.UnmeasuredProbes) json.WriteStringValue(node);
        json.WriteEndArray();
        json.WriteStartArray("noProbe");
        foreach (string node in verdict.UnprobedNodes) json.WriteStringValue(node);
        json.WriteEndArray();
        if (!verdict.UnmatchedTaps.IsEmpty)
        {
            json.WriteStartArray("noNode");
            foreach (string tap in verdict.UnmatchedTaps) json.WriteStringValue(tap);
            json.WriteEndArray();
        }
        json.WriteStartArray("nodes");
        foreach (var node in verdict.Probes) WriteLine(json, line => WriteNode(line, node));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteNode(Utf8JsonWriter json, NodeDrift node)
    {
        json.WriteStartObject();
        json.WriteString("node", node.Node);
        json.WriteString("op", node.Op);
        if (node.Place.Module.Length > 0 && node.Place.Module != node.Node)
            json.WriteString("module", node.Place.Module);
        WriteSource(json, node.Place);
        json.WriteBoolean("holds", node.Holds);
        json.WriteRoundTrip("error", node.Error);
        json.WriteRoundTrip("limit", node.Limit);
        if (node.Isolated64 is { } layer) json.WriteRoundTrip("isolated64", layer);
        if (node.Isolated32 is { } single)
        {
            json.WriteRoundTrip("isolated32", single);
            json.WriteRoundTrip("isolated32Limit", node.Isolated32Limit);
        }
        if (node.Cumulative32 is { } path) json.WriteRoundTrip("cumulative32", path);
        json.WriteEndObject();
    }

    static void WriteOrigin(Utf8JsonWriter json, GoldenOrigin origin)
    {
        json.WriteStartObject("golden");
        json.WriteString("id", origin.Id);
        json.WriteString("model", origin.Model);
        json.WriteString("torch", origin.RecordedBy.Torch);
        json.WriteString("device", origin.RecordedBy.Device);
        json.WriteString("dtype", origin.RecordedBy.DType);
        json.WriteBoolean("tf32", origin.RecordedBy.Tf32);
        json.WriteBoolean("guessesShapes", origin.GuessesShapes);
        json.WriteNumber("castsLifted", origin.CastsLifted);
        json.WriteNumber("noiseSamples", origin.NoiseSamples);
        WritePorts("inputs", origin.Inputs, _ => { });
        WritePorts("outputs", origin.Outputs, port =>
        {
            json.WriteRoundTrip("magnitude", port.Magnitude);
            json.WriteRoundTrip("noise", port.Noise);
            json.WriteRoundTrip("rounding", port.Rounding);
        });
        json.WriteEndObject();

        void WritePorts(string name, ImmutableArray<OriginPort> ports, Action<OriginPort> more)
        {
            json.WriteStartArray(name);
            foreach (var port in ports)
            {
                json.WriteStartObject();
                json.WriteString("name", port.Name);
                WriteIndex(json, "shape", port.Shape);
                json.WriteString("dtype", port.Type.NumPyName());
                if (port.Seed is { } seed) json.WriteNumber("seed", seed);
                more(port);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    static void WriteHistory(Utf8JsonWriter json, ImmutableArray<HistoryEntry> history)
    {
        json.WriteStartArray("history");
        foreach (var entry in history)
        {
            WriteLine(json, line =>
            {
                line.WriteStartObject();
                HistoryLine.WriteTime(line, entry.Time);
                HistoryLine.WriteFigures(line, entry);
                line.WriteEndObject();
            });
        }
        json.WriteEndArray();
    }

    static void WriteMap(Utf8JsonWriter json, DriftMap map)
    {
        json.WriteStartObject("map");
        json.WriteString("output", map.Output);
        WriteIndex(json, "shape", map.Shape);
        json.WriteRoundTrip("limit", map.Limit);
        json.WriteStartArray("plane");
        for (int row = 0; row < map.Rows; row++)
            WriteNumbers(json, map.Plane.AsSpan(row * map.Columns, map.Columns).ToArray());
        json.WriteEndArray();
        json.WriteNumber("channelAxis", map.ChannelAxis);
        json.WritePropertyName("channels");
        WriteNumbers(json, map.Channels);
        json.WriteEndObject();
    }

    static void WriteNumbers(Utf8JsonWriter json, IEnumerable<double> numbers) => WriteLine(json, line =>
    {
        line.WriteStartArray();
        foreach (double number in numbers) line.WriteRoundTrip(number);
        line.WriteEndArray();
    });

    // What there is much of stands on one line each.
    static void WriteLine(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var line = new Utf8JsonWriter(buffer, s_options with { Indented = false })) write(line);
        json.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
    }

    static void WriteBadNode(Utf8JsonWriter json, BadNode bad)
    {
        json.WriteStartObject("firstBadNode");
        json.WriteString("node", bad.Node);
        json.WriteString("op", bad.Op);
        WriteSource(json, bad.Place);
        json.WriteRoundTrip("isolated", bad.Isolated);
        json.WriteRoundTrip("cumulative", bad.Cumulative);
        json.WriteString("why", bad.Why);
        json.WriteEndObject();
    }

    static void WriteFloat32(Utf8JsonWriter json, Float32Verdict float32)
    {
        json.WriteStartObject("float32");
        json.WriteRoundTrip("limit", float32.Limit);
        json.WriteString("limitReason", float32.LimitReason);
        if (float32.Order is { } order)
        {
            json.WriteStartObject("order");
            json.WriteBoolean("exact", order.IsExact);
            json.WriteNumber("winogradSteps", order.WinogradSteps);
            json.WriteNumber("steps", order.Steps);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("additions", float32.OrderText);
        }
        WriteDrifts(json, "outputs", float32.Outputs);
        if (float32.Map is { } map) WriteMap(json, map);
        json.WriteStartArray("worstNodes");
        foreach (var node in float32.Nodes)
        {
            json.WriteStartObject();
            json.WriteString("node", node.Node);
            json.WriteString("op", node.Op);
            WriteSource(json, node.Place);
            json.WriteBoolean("holds", node.Holds);
            json.WriteRoundTrip("ratio", node.Ratio);
            json.WriteRoundTrip("error", node.Error);
            json.WriteRoundTrip("limit", node.Limit);
            json.WriteString("bound", node.Bound);
            WritePlace(json, node.Worst);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteSource(Utf8JsonWriter json, SourcePlace place)
    {
        if (place.File.Length > 0) json.WriteString("source", place.ToString());
    }

    static void WriteFindings(Utf8JsonWriter json, ImmutableArray<Finding> findings)
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteString("severity", finding.Word());
            json.WriteString("place", finding.Place);
            if (FindingPlace.Of(finding.Place).InRepository is { } file) json.WriteString("file", file);
            json.WriteString("message", finding.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteIndex(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", numbers)}]");
    }
}
