using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harness.Benchmarks.First;

/// <summary>The engines' fresh processes on one model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Parameters">Elements of its weights.</param>
/// <param name="Agree">True when all first results are the same up to float32 rounding.</param>
/// <param name="Runs">By engine, ours first, in the order they ran.</param>
sealed record FirstResult(string Name, long Parameters, bool Agree, IReadOnlyDictionary<string, List<FirstRun>> Runs)
{
    /// <summary>Results for programs.</summary>
    public static string Json(Machine machine, int threads, IReadOnlyList<FirstResult> results) => JsonText.Of(json =>
    {
        json.WriteNumber("threads", threads);
        machine.Write(json);
        json.WriteStartArray("models");
        foreach (var result in results) result.Write(json);
        json.WriteEndArray();
    });

    void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteNumber("parameters", Parameters);
        json.WriteBoolean("agree", Agree);
        foreach (var (engine, runs) in Runs)
        {
            json.WriteStartObject(engine);
            json.WriteNumber("processes", runs.Count);
            json.WriteNumber("medianMs", Math.Round(Total(engine), 2));
            json.WriteNumber("minMs", Math.Round(runs.Min(run => run.TotalMs), 2));
            json.WriteStartObject("phasesMs");
            foreach (string phase in runs[0].PhasesMs.Keys)
                json.WriteNumber(phase, Math.Round(Phase(engine, phase), 2));
            json.WriteEndObject();
            json.WriteNumber("peakBytes", Peak(engine));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Results for people, in markdown.</summary>
    public static string Table(Machine machine, int threads, IReadOnlyList<FirstResult> results)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{machine}.\n\n{threads} thread(s); from the start of a process to its first result, ");
        text.Append("medians in ms over fresh processes in turns; the files lie in the system's cache.\n\n");
        text.Append("| model | engine | to first result | of that | peak memory |\n|---|---|---:|---|---:|\n");
        foreach (var result in results)
            foreach (var (engine, runs) in result.Runs)
            {
                string phases = string.Join(", ", runs[0].PhasesMs.Keys.Select(phase =>
                    string.Create(CultureInfo.InvariantCulture, $"{phase} {result.Phase(engine, phase):F0}")));
                text.Append(CultureInfo.InvariantCulture,
                    $"| {result.Name} ({result.Parameters / 1e6:F1} M) | {engine} | {result.Total(engine):F0} | " +
                    $"{phases} | {result.Peak(engine) / 1e6:F0} MB |\n");
            }
        foreach (var result in results.Where(result => !result.Agree))
            text.Append(CultureInfo.InvariantCulture,
                $"\n{result.Name}: the engines' results differ, so these times say nothing.\n");
        return text.ToString();
    }

    double Total(string engine) => Statistics.Median(Runs[engine].Select(run => run.TotalMs));

    double Phase(string engine, string phase) => Statistics.Median(Runs[engine].Select(run => run.PhasesMs[phase]));

    long Peak(string engine) => (long)Statistics.Median(Runs[engine].Select(run => (double)run.PeakBytes));
}
