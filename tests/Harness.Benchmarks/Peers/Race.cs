using System.Diagnostics;

namespace Harness.Benchmarks.Peers;

/// <summary>What a race gave: a timing for each contestant in order, and the peak around each round.</summary>
sealed record RaceResult(Timing[] Timings, double[] PeakGflops);

/// <summary>Times contestants in turns, so that a change of the machine's speed meets all of them.</summary>
static class Race
{
    // Thread pools of the engines spin for some milliseconds after a run; the next contestant must not pay for that.
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    const int LeastRounds = 7, MostRounds = 40, MostRuns = 8;
    const double VisitSeconds = 0.02;

    // Threads that slept through the pause may take some milliseconds to get a processor of their own: a scheduler puts
    // a woken thread beside its waker and moves it later, at once only where it sees an idle processor as idle, which
    // guests of some hypervisors do not. Nobody is timed before his threads run.
    const double WarmSeconds = 0.012;

    /// <summary>Times for each contestant in order.</summary>
    /// <param name="contestants">Contestants that ran at least once.</param>
    /// <param name="seconds">About how long all this may take.</param>
    /// <param name="peak">Measures the FMA peak in GFLOP/s; called before each round and after the last.</param>
    /// <param name="processor">True where what the process takes of the processor counts and not the time that goes
    /// by: for one thread on a machine that others use too. Peaks are the clock's nevertheless.</param>
    public static RaceResult Run(
        IReadOnlyList<Contestant> contestants, double seconds, Func<double> peak, bool processor = false)
    {
        var times = contestants.Select(_ => new List<double>()).ToArray();
        var rounds = contestants.Select(_ => new List<double>()).ToArray();
        foreach (var contestant in contestants)
            for (int warmUp = 0; warmUp < 3; warmUp++) contestant.Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(s_pause);
        var peaks = new List<double> { peak() };
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < MostRounds; round++)
        {
            if (round >= LeastRounds && Stopwatch.GetElapsedTime(start).TotalSeconds > seconds) break;
            // Nobody always follows the same neighbour's leftovers in the cache.
            for (int i = 0; i < times.Length; i++)
            {
                int at = (i * Step(times.Length, round) + round) % times.Length;
                int before = times[at].Count;
                Visit(contestants[at], times[at], processor);
                rounds[at].Add(Statistics.Median(times[at][before..]));
            }
            Thread.Sleep(s_pause);
            peaks.Add(peak());
        }
        return new RaceResult(
            [.. contestants.Select((contestant, i) =>
                new Timing(Statistics.Median(times[i]), times[i].Min(), rounds[i], contestant.Variant))],
            [.. peaks]);
    }

    // Rounds walk forwards and backwards in turn.
    static int Step(int count, int round) => round % 2 == 0 ? 1 : count - 1;

    static void Visit(Contestant contestant, List<double> times, bool processor)
    {
        Thread.Sleep(s_pause);
        long visit = Stopwatch.GetTimestamp();
        do contestant.Run();
        while (Stopwatch.GetElapsedTime(visit).TotalSeconds < WarmSeconds);
        visit = Stopwatch.GetTimestamp();
        for (int run = 0; run < MostRuns; run++)
        {
            var (start, taken) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            contestant.Run();
            var time = processor ? Environment.CpuUsage.TotalTime - taken : Stopwatch.GetElapsedTime(start);
            times.Add(time.TotalMilliseconds);
            if (Stopwatch.GetElapsedTime(visit).TotalSeconds > VisitSeconds) break;
        }
    }
}
