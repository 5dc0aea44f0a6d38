using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Peers;

/// <summary>Results for programs: <c>threads</c>, <c>fmaPeakGflops</c>, <c>models</c> and <c>layers</c>, each with one
/// object a contestant, null where it cannot run the model.</summary>
static class PeersJson
{
    /// <summary>The whole report.</summary>
    public static string Of(PeersReport report) => JsonText.Of(json =>
    {
        json.WriteNumber("threads", report.Threads);
        json.WriteNumber("fmaPeakGflops", Math.Round(report.Peak, 2));
        report.Machine.Write(json);
        Write(json, "models", report.Models);
        Write(json, "layers", report.Layers);
    });

    static void Write(Utf8JsonWriter json, string name, List<MatchResult> results)
    {
        json.WriteStartArray(name);
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            WriteShape(json, result.InputShapes);
            json.WriteNumber("gflop", Math.Round(result.Gflop, 4));
            json.WriteBoolean("agree", result.Agree);
            json.WriteNumber("fmaPeakGflops", Math.Round(result.Peak, 2));
            foreach (var (contestant, timing) in result.Timings) Write(json, contestant, timing);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // One input, as nearly every model has, is a plain list of extents.
    static void WriteShape(Utf8JsonWriter json, Shape[] shapes)
    {
        json.WritePropertyName("inputShape");
        string[] texts = [.. shapes.Select(shape => $"[{string.Join(", ", shape)}]")];
        json.WriteRawValue(texts is [var only] ? only : $"[{string.Join(", ", texts)}]");
    }

    static void Write(Utf8JsonWriter json, string contestant, Timing? timing)
    {
        if (timing is null)
        {
            json.WriteNull(contestant);
            return;
        }
        json.WriteStartObject(contestant);
        json.WriteNumber("medianMs", Math.Round(timing.MedianMs, 4));
        json.WriteNumber("minMs", Math.Round(timing.MinMs, 4));
        if (timing.Variant is not null) json.WriteString("variant", timing.Variant);
        json.WriteEndObject();
    }
}
