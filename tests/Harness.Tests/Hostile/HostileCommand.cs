using System.Diagnostics;
using System.Globalization;
using Harness.Tests.Naive;

namespace Harness.Tests.Hostile;

/// <summary>Damages files for a set time and holds every reader to what a damaged file must end in:
/// <c>dotnet run --project tests/Harness.Tests -c Release -- hostile [SEED [SECONDS [TARGET]]]</c>; with a number of a
/// case in addition, that case alone.</summary>
/// <remarks>Each target is read in a process of its own, since no process survives an overflow of its stack: the number
/// of the case at hand lies in a file, and another process goes on behind it.</remarks>
static class HostileCommand
{
    /// <summary>The word that asks for it.</summary>
    public const string Verb = "hostile";

    const string Part = "part";
    const int MostFailures = 20;

    // Windows gives the first thread of a program of .NET this much, and Linux more.
    const int Stack = 3 << 19;

    // Nothing that ends takes as long, on the slowest machine.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    const long MostMemory = 2L << 30;

    static string Folder => Path.Combine(NaiveWalkTests.Repository, "artifacts", "fuzz", "hostile");

    /// <summary>Runs it; 1 where a reader did what it must not.</summary>
    public static int Run(string[] words)
    {
        if (words is [Part, var name, var state, .. var numbers])
            return RunPart(HostileTargets.Find(name)!, state, [.. numbers.Select(Number)]);
        int seed = words.Length > 0 ? Number(words[0]) : 1;
        int seconds = words.Length > 1 ? Number(words[1]) : 60;
        HostileTarget[] targets = words.Length <= 2 ? HostileTargets.All
            : HostileTargets.Find(words[2]) is { } one ? [one] : [];
        if (targets.Length == 0 || words.Length > 4)
        {
            Console.Error.WriteLine("usage: hostile [SEED [SECONDS [TARGET [CASE]]]]; targets are "
                + string.Join(", ", HostileTargets.All.Select(target => target.Name)));
            return 2;
        }
        if (words.Length == 4) return One(targets[0], seed, Number(words[3]));
        int failures = 0;
        foreach (var target in targets)
            failures += Try(target, seed, TimeSpan.FromSeconds((double)seconds / targets.Length));
        Console.Out.WriteLine($"{failures} failures");
        return failures > 0 ? 1 : 0;
    }

    static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    static int One(HostileTarget target, int seed, int number)
    {
        using var one = new HostileCase(target);
        string? wrong = InSmallStack(() => one.Judge(seed, number, alone: false));
        Console.Out.WriteLine(wrong ?? "holds");
        Keep(target, seed, number, one.FilePath);
        return wrong is null ? 0 : 1;
    }

    // Parts of one target until its time is over: more than one only where a process ended in the middle.
    static int Try(HostileTarget target, int seed, TimeSpan time)
    {
        var (began, failures, next) = (Stopwatch.GetTimestamp(), 0, 0);
        using var folder = new TemporaryFolder();
        while (Stopwatch.GetElapsedTime(began) < time && failures < MostFailures)
        {
            int left = Math.Max(1, (int)(time - Stopwatch.GetElapsedTime(began)).TotalSeconds);
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
                start.ArgumentList.Add(typeof(HostileCommand).Assembly.Location);
            foreach (string word in (string[])[Verb, Part, target.Name, folder["state"], $"{seed}", $"{next}",
                $"{left}", $"{failures}"])
                start.ArgumentList.Add(word);
            using var process = Process.Start(start)!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            string[] state = File.ReadAllText(folder["state"]).Split(' ');
            (next, failures) = (Number(state[0]) + 1, Number(state[1]));
            if (process.ExitCode == 0) break;
            failures++;
            Report(target, seed, next - 1, $"the process ended with {process.ExitCode}: {FirstLine(said)}");
        }
        Console.Out.WriteLine($"{target.Name}: {next} cases, {failures} failures");
        return failures;
    }

    static string FirstLine(string said) => said.Split('\n', 2)[0].Trim();

    static void Report(HostileTarget target, int seed, int number, string wrong) => Console.Out.WriteLine(
        $"{target.Name}: {wrong}\n  again: hostile {seed} 0 {target.Name} {number}");

    static int RunPart(HostileTarget target, string state, int[] numbers)
    {
        var (seed, next, seconds, failures) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        var began = Stopwatch.GetTimestamp();
        using var one = new HostileCase(target);
        // What the first read compiles is not the time of a file.
        InSmallStack(() => one.Judge(seed, next, alone: false));
        long atCase = began;
        using var watch = new Timer(_ =>
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref atCase)) > s_patience)
                Environment.FailFast($"a case takes more than {s_patience.TotalSeconds:0} s");
        }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        InSmallStack(() =>
        {
            for (; Stopwatch.GetElapsedTime(began).TotalSeconds < seconds && failures < MostFailures; next++)
            {
                File.WriteAllText(state, $"{next} {failures}");
                Volatile.Write(ref atCase, Stopwatch.GetTimestamp());
                string? wrong = one.Judge(seed, next, alone: true);
                if (wrong is null && Environment.WorkingSet > MostMemory)
                    wrong = $"the process holds {Environment.WorkingSet >> 20} MB";
                if (wrong is null) continue;
                failures++;
                Report(target, seed, next, wrong);
                Keep(target, seed, next, one.FilePath);
            }
            return null;
        });
        File.WriteAllText(state, $"{next - 1} {failures}");
        return 0;
    }

    static void Keep(HostileTarget target, int seed, int number, string file)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(file, Path.Combine(Folder, $"{target.Name}-{seed}-{number}{Path.GetExtension(file)}"), true);
    }

    static string? InSmallStack(Func<string?> work)
    {
        string? answer = null;
        var thread = new Thread(() => answer = work(), Stack);
        thread.Start();
        thread.Join();
        return answer;
    }
}
