using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.sarif</c>: findings as code hosts and editors read them. SARIF 2.1.0,
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.</summary>
static class SarifReport
{
    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Render(GateVerdict gate)
    {
        Finding[] findings = [.. gate.AllFindings];
        string[] rules = [.. findings.Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal)];
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules);
            json.WriteStartArray("results");
            foreach (var finding in findings) WriteResult(json, finding, Array.IndexOf(rules, finding.Code));
            json.WriteEndArray();
            WriteNotes(json, gate);
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    // No finding, and nothing to be silent about.
    static void WriteNotes(Utf8JsonWriter json, GateVerdict gate)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var verdict in gate.Cases)
        {
            foreach (string note in verdict.Notes)
            {
                json.WriteStartObject();
                json.WriteString("level", "note");
                json.WriteStartObject("message");
                json.WriteString("text", $"{verdict.Name}: {note}");
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteTool(Utf8JsonWriter json, string[] rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "harness");
        json.WriteString("semanticVersion", typeof(SarifReport).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules");
        foreach (string rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteResult(Utf8JsonWriter json, Finding finding, int rule)
    {
        var place = FindingPlace.Of(finding.Place);
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", finding.Severity() == Severity.Warning ? "warning" : "error");
        json.WriteStartObject("message");
        json.WriteString("text", finding.Message);
        json.WriteEndObject();
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", place.Uri);
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", Math.Max(1, place.Line));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
