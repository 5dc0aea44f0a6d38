using System.Globalization;
using System.Text;

namespace Harness.Benchmarks.Peers;

/// <summary>Results as a table for people, in markdown.</summary>
static class PeersTable
{
    /// <summary>Models and layers, medians in milliseconds, and how often our time goes into the best peer's.</summary>
    public static string Of(PeersReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine}.\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{report.Threads} thread(s), FMA peak {report.Peak:F1} GFLOP/s; medians in ms. ");
        text.Append("A share of peak counts the graph's operations against the peak measured between the same runs.\n");
        Append(text, "model", report.Models);
        Append(text, "layer", report.Layers);
        return text.ToString();
    }

    static void Append(StringBuilder text, string kind, List<MatchResult> results)
    {
        if (results.Count == 0) return;
        string[] names = [.. results[0].Timings.Keys];
        text.Append(CultureInfo.InvariantCulture,
            $"\n| {kind} | {string.Join(" | ", names)} | best peer / harness | of peak | of peak, exact order |\n");
        text.Append(CultureInfo.InvariantCulture,
            $"|---|{string.Concat(Enumerable.Repeat("---:|", names.Length + 3))}\n");
        foreach (var result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {result.Name} |");
            foreach (string name in names)
                text.Append(result.Timings.GetValueOrDefault(name) is { } time
                    ? string.Create(CultureInfo.InvariantCulture, $" {Ms(time.MedianMs)} |") : " – |");
            text.Append(result.Agree
                ? string.Create(CultureInfo.InvariantCulture,
                    $" {result.BestPeerRatio:F2} | {Percent(result, "harness")} | " +
                    $"{Percent(result, "harnessExactOrder")} |\n")
                : " results differ | | |\n");
        }
        double[] ratios =
            [.. results.Where(result => result.Agree).Select(result => result.BestPeerRatio).Where(double.IsFinite)];
        if (ratios.Length == 0) return;
        double mean = Math.Exp(ratios.Average(Math.Log));
        text.Append(CultureInfo.InvariantCulture,
            $"\nGeometric mean of best peer / harness over {ratios.Length}: {mean:F2}\n");
    }

    static string Percent(MatchResult result, string contestant) =>
        result.Share(contestant) is var share && double.IsFinite(share)
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F0} %")
        : "–";

    // Three significant digits at least.
    static string Ms(double ms) => ms.ToString(ms < 1 ? "F4" : ms < 10 ? "F3" : "F2", CultureInfo.InvariantCulture);
}
