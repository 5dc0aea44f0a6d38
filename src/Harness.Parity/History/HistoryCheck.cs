using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.History;

/// <summary>Holds what a run measured to what earlier ones did, which no limit does: drift that passes may still have
/// grown.</summary>
static class HistoryCheck
{
    // What is told of.
    const double Factor = 10;

    // Of the largest value: right models lie below, and an order of additions that changes moves them by ten times
    // there without anything being wrong.
    const double Rounding = 1e-13;

    // Four times that is float32's limit where PyTorch's own noise is less.
    const double LeastNoise = 2.5e-7;

    /// <summary>The verdict with its earlier runs, and PAR2005 where it passes and has grown tenfold.</summary>
    public static Verdict Judge(Verdict verdict, HistoryFile history)
    {
        verdict = verdict with { History = history.Of(verdict.Name, verdict.Device) };
        if (!verdict.Holds || verdict.Fault is not null || verdict.Origin is not { } origin) return verdict;
        // Drift from another recording is another quantity, and that of a run that failed is none to grow from.
        var same = verdict.History.Where(run => run.Holds && run.Golden == origin.Id).ToImmutableArray();
        var finding = Grown("float64", verdict.Float64, origin, same, run => run.Float64,
                port => Math.Max(Rounding * port.Magnitude, Tolerance.OfRounding(port.Rounding)))
            ?? Grown("float32", verdict.Float32?.Outputs ?? [], origin, same, run => run.Float32,
                port => Math.Max(LeastNoise, port.Noise));
        if (finding is null) return verdict;
        var told = new Finding(Codes.DriftGrew, $"{verdict.GoldenFile}(1)", finding);
        told = Verifier.Placed(verdict with { Findings = [told] }).Findings[0];
        return verdict with { Findings = verdict.Findings.Add(told) };
    }

    /// <summary>What this run adds to a history; null of a run with a fault on purpose, which says nothing.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="history">The history.</param>
    /// <param name="time">Now.</param>
    /// <param name="commit">What is built; null where nothing says so.</param>
    public static HistoryEntry? EntryOf(Verdict verdict, HistoryFile history, DateTimeOffset time, string? commit) =>
        verdict.Fault is not null ? null
        : new HistoryEntry(time, history.NameOf(verdict.Name), verdict.Device)
        {
            Commit = commit,
            Processor = Processor,
            Golden = verdict.Origin?.Id ?? "",
            Holds = verdict.Holds,
            Float64 = Largest(verdict.Float64)?.Scaled,
            Float32 = Largest(verdict.Float32?.Outputs ?? [])?.Scaled,
        };

    // Its architecture and the bits of its widest registers: what an order of additions may depend on.
    static string Processor
    {
        get
        {
            int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
            return $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}-{bits}";
        }
    }

    static string? Grown(
        string precision, ImmutableArray<Drift> drifts, GoldenOrigin origin, ImmutableArray<HistoryEntry> runs,
        Func<HistoryEntry, double?> figure, Func<OriginPort, double> explained)
    {
        double[] earlier = [.. runs.Select(figure).OfType<double>().Where(double.IsFinite).Order()];
        if (earlier.Length == 0 || Largest(drifts) is not { } now) return null;
        double median = (earlier[earlier.Length / 2] + earlier[(earlier.Length - 1) / 2]) / 2;
        if (now.Scaled <= Factor * median) return null;
        var port = origin.Outputs.FirstOrDefault(port => port.Name == now.Output);
        if (port is not null && now.MaxAbs <= explained(port)) return null;
        string before = runs.Select(run => run.Commit).LastOrDefault(commit => commit is not null) is { } commit
            ? $", the last of commit {commit}" : "";
        string times = median == 0 ? "where it was 0" : $"{Figures.Short(now.Scaled / median)} times the median " +
            $"{Figures.Short(median)}";
        return $"output '{now.Output}' holds ({now.Limit}), but its {precision} drift has grown: " +
            $"{Figures.Short(now.Scaled)} of its largest value is {times} of {earlier.Length} earlier runs{before}";
    }

    static Drift? Largest(ImmutableArray<Drift> drifts) =>
        drifts.Where(drift => drift.Exempt is null).MaxBy(drift => drift.Scaled);
}
