using System.Diagnostics;

namespace Harness.Benchmarks.Peers;

/// <summary>How long a contestant takes.</summary>
sealed record Timing(double MedianMs, double MinMs);

/// <summary>Times contestants in turns, so that a change of the machine's speed meets all of them.</summary>
static class Race
{
    // Thread pools of the engines spin for some milliseconds after a run; the next contestant must not pay for that.
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    const int LeastRounds = 7, MostRounds = 40, MostRuns = 8;
    const double VisitSeconds = 0.02;

    /// <summary>Times for each contestant in order.</summary>
    /// <param name="contestants">Contestants that ran at least once.</param>
    /// <param name="seconds">About how long all this may take.</param>
    public static Timing[] Run(IReadOnlyList<Contestant> contestants, double seconds)
    {
        var times = contestants.Select(_ => new List<double>()).ToArray();
        foreach (var contestant in contestants)
            for (int warmUp = 0; warmUp < 3; warmUp++) contestant.Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < MostRounds; round++)
        {
            if (round >= LeastRounds && Stopwatch.GetElapsedTime(start).TotalSeconds > seconds) break;
            // Nobody always follows the same neighbour's leftovers in the cache.
            for (int i = 0; i < times.Length; i++)
            {
                int at = (i * Step(times.Length, round) + round) % times.Length;
                Visit(contestants[at], times[at]);
            }
        }
        return [.. times.Select(Summary)];
    }

    // Rounds walk forwards and backwards in turn.
    static int Step(int count, int round) => round % 2 == 0 ? 1 : count - 1;

    static void Visit(Contestant contestant, List<double> times)
    {
        Thread.Sleep(s_pause);
        contestant.Run();
        long visit = Stopwatch.GetTimestamp();
        for (int run = 0; run < MostRuns; run++)
        {
            long start = Stopwatch.GetTimestamp();
            contestant.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (Stopwatch.GetElapsedTime(visit).TotalSeconds > VisitSeconds) break;
        }
    }

    static Timing Summary(List<double> times)
    {
        times.Sort();
        int middle = times.Count / 2;
        double median = times.Count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
        return new Timing(median, times[0]);
    }
}
