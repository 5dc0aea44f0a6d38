using System.Diagnostics;
using Harness.Benchmarks.Peers;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Benchmarks;

/// <summary>What a plan for a second shape costs beside the first, whose packed weights it borrows; in float32,
/// compiled code warm.</summary>
static class ReshapeBench
{
    const int WarmUps = 2;

    /// <summary>How it is called.</summary>
    public const string Usage = "reshape HxW HxW THREADS REPEATS MODEL...   (MODEL: a file, or arch:NAME)";

    /// <summary>Prints medians for each model; 2 for bad usage.</summary>
    public static int Run(string[] words)
    {
        if (words.Length < 5 || ToSize(words[0]) is not { } first || ToSize(words[1]) is not { } second
            || !int.TryParse(words[2], out int threads) || !int.TryParse(words[3], out int repeats)
            || threads < 1 || repeats < 1)
        {
            Console.Error.WriteLine($"usage: {Usage}");
            return 2;
        }
        foreach (string name in words[4..])
        {
            using var subject = Subject.Open(name, first);
            var times = new List<(double[] Ms, long First, long Second)>();
            for (int run = 0; run < WarmUps + repeats; run++)
            {
                GC.Collect();
                var time = Measure(subject.Model, first, second, threads);
                if (run >= WarmUps) times.Add(time);
            }
            double Median(Func<double[], double> of) => Statistics.Median(times.Select(time => of(time.Ms)));
            double At(int part) => Median(ms => ms[part]);
            Console.WriteLine(
                $"{subject.Name}, {threads} threads, median of {repeats}: {words[0]} layout {At(0):F1} ms, plan " +
                $"{At(1):F1} ms ({times[0].First >> 20} MiB); {words[1]} layout {At(2):F1} ms, plan of its own " +
                $"{At(3):F1} ms, borrowing {At(4):F1} ms ({times[0].Second >> 10} KiB); ratio of plans " +
                $"{Median(ms => ms[4] / ms[1]):F3}, with layouts {Median(ms => (ms[2] + ms[4]) / (ms[0] + ms[1])):F3}");
        }
        return 0;
    }

    static Shape? ToSize(string word) =>
        word.Split('x') is [var h, var w] && int.TryParse(h, out int height) && int.TryParse(w, out int width)
        && height > 0 && width > 0 ? Shape.Create([1, 3, height, width]) : null;

    static (double[] Ms, long First, long Second) Measure(TorchModel model, Shape first, Shape second, int threads)
    {
        var options = new PlanOptions { Threads = threads };
        var ms = new double[5];
        T Timed<T>(int part, Func<T> work)
        {
            long start = Stopwatch.GetTimestamp();
            var made = work();
            ms[part] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return made;
        }
        var one = Timed(0, () => NhwcPass.Apply(model, [first]));
        using var plan = Timed(1, () => Plan.Compile<float>(one, options));
        var other = Timed(2, () => NhwcPass.Apply(model, [second]));
        using (Timed(3, () => Plan.Compile<float>(other, options))) { }
        using var borrowing = Timed(4, () => plan.For(other));
        return (ms, plan.MemoryBytes, borrowing.MemoryBytes);
    }
}
