using System.Globalization;
using System.Text;

namespace Harness.Benchmarks.Peers;

/// <summary>Results as a table for people, in markdown.</summary>
static class PeersTable
{
    /// <summary>Models and layers, medians in milliseconds, and how often our time goes into the best peer's.</summary>
    public static string Of(List<MatchResult> models, List<MatchResult> layers, int threads, double peak)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n{threads} thread(s), FMA peak {peak:F0} GFLOP/s, medians in ms\n");
        Append(text, "model", Match.Models, models, peak);
        Append(text, "layer", Match.Layers, layers, peak);
        return text.ToString();
    }

    static void Append(StringBuilder text, string kind, string[] names, List<MatchResult> results, double peak)
    {
        if (results.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"\n| {kind} | {string.Join(" | ", names)} | best peer / harness | of peak |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(Enumerable.Repeat("---:|", names.Length + 2))}\n");
        var ratios = new List<double>();
        foreach (var result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {result.Name} |");
            foreach (string name in names)
                text.Append(result.Timings[name] is { } time ? string.Create(CultureInfo.InvariantCulture, $" {time.MedianMs:F2} |") : " – |");
            double own = result.Timings["harness"]?.MedianMs ?? double.NaN;
            double best = Math.Min(
                result.Timings["onnxruntime"]?.MedianMs ?? double.PositiveInfinity,
                result.Timings["libtorch"]?.MedianMs ?? double.PositiveInfinity);
            double ratio = best / own;
            if (double.IsFinite(ratio)) ratios.Add(ratio);
            text.Append(result.Agree
                ? string.Create(CultureInfo.InvariantCulture, $" {ratio:F2} | {100 * result.Gflop / own * 1e3 / peak:F0} % |\n")
                : " results differ | |\n");
        }
        if (ratios.Count > 0)
        {
            double mean = Math.Exp(ratios.Average(Math.Log));
            text.Append(CultureInfo.InvariantCulture, $"\nGeometric mean of best peer / harness over {ratios.Count}: {mean:F2}\n");
        }
    }
}
