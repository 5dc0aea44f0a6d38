using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.sarif</c>: findings as code hosts and editors read them. SARIF 2.1.0,
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.</summary>
static partial class SarifReport
{
    // What relative places are relative to; whoever reads the report knows where that is.
    const string Root = "SRCROOT";

    // Its number is part of the name: another formula is another fingerprint, not another finding.
    const string Fingerprint = "harnessFinding/v1";

    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Render(GateVerdict gate)
    {
        var told = gate.Cases
            .SelectMany(verdict => verdict.Findings.Select(
                finding => (finding, Case: $"{verdict.Name}\n{verdict.Device}")))
            .Concat(gate.Findings.Select(finding => (finding, Case: ""))).ToArray();
        string[] rules = [.. told.Select(one => one.finding.Code).Distinct().Order(StringComparer.Ordinal)];
        var seen = new HashSet<string>();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules);
            WriteNotes(json, gate);
            json.WriteStartObject("originalUriBaseIds");
            json.WriteStartObject(Root);
            WriteText(json, "description", "The root of the repository.");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("results");
            foreach (var (finding, of) in told)
                WriteResult(json, finding, Array.IndexOf(rules, finding.Code), FingerprintOf(finding, of, seen));
            json.WriteEndArray();
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
                WriteText(json, "message", $"{verdict.Name}: {note}");
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
        foreach (string rule in rules) WriteRule(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteRule(Utf8JsonWriter json, string code)
    {
        json.WriteStartObject();
        json.WriteString("id", code);
        if (CodesPage.All.FirstOrDefault(page => page.Code == code) is { } page)
        {
            json.WriteString("name", NameOf(page.Title));
            WriteText(json, "shortDescription", page.Title + ".");
            WriteText(json, "fullDescription", Plain(page.Text.Split("\n\n")[0]));
            if (CodesPage.Published is { } published)
                json.WriteString("helpUri", $"{published.AbsoluteUri}#{code.ToLowerInvariant()}");
            json.WriteStartObject("help");
            json.WriteString("text", Plain(page.Text));
            json.WriteString("markdown", page.Text);
            json.WriteEndObject();
        }
        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", Severities.Word(new Finding(code, "", "")));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteStartArray("tags");
        json.WriteStringValue("parity");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteResult(Utf8JsonWriter json, Finding finding, int rule, string fingerprint)
    {
        var place = FindingPlace.Of(finding.Place);
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", finding.Word());
        WriteText(json, "message", finding.Message);
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", place.Uri);
        if (place.InRepository is not null) json.WriteString("uriBaseId", Root);
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", Math.Max(1, place.Line));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString(Fingerprint, fingerprint);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What a finding is about stays when its numbers and its line change: its code, its case, and the output or node
    // that it names first.
    static string FingerprintOf(Finding finding, string of, HashSet<string> seen)
    {
        string about = of.Length > 0 ? of : FindingPlace.Of(finding.Place).Uri;
        string subject = $"{finding.Code}\n{about}\n{Named().Match(finding.Message).Value}";
        for (int again = 0; ; again++)
        {
            string hash = Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{subject}\n{again}")).AsSpan(0, 16));
            if (seen.Add(hash)) return hash;
        }
    }


    static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    // "Weights do not fit the graph" is WeightsDoNotFitTheGraph.
    static string NameOf(string title) => string.Concat(
        Words().Matches(title).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));

    static string Plain(string markdown) => Marks().Replace(markdown, "").Replace("\n", " ");

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Named();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\*\*|`|(?<=^|\W)\*(?=\S)|(?<=\S)\*(?=\W)")]
    private static partial Regex Marks();
}
