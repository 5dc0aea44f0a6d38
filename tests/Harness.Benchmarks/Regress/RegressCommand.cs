using System.Globalization;

namespace Harness.Benchmarks.Regress;

/// <summary><c>regress</c>: holds this machine's numbers to those that were checked in for its processor.</summary>
static class RegressCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage =
        "regress --baseline FILE|FOLDER [--update] [--threads N] [--models a,b] [--seconds N] [--output FILE]";

    // Beyond this a gate lets through what anyone would notice.
    const double WideBound = 1.3;

    /// <summary>0: nothing is worse, or there is no baseline for this processor; 1: a regression, or wrong results; 2:
    /// bad usage.</summary>
    public static int Run(string[] words)
    {
        string? baseline = null;
        string output = Path.Combine("artifacts", "benchmarks", "regress.json");
        string[] subjects = RegressChild.Subjects;
        bool update = false;
        int threads = 1;
        double seconds = 8;
        for (int i = 0; i < words.Length; i++)
        {
            string? next = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--baseline" when next is not null: baseline = next; i++; break;
                case "--output" when next is not null: output = next; i++; break;
                case "--update": update = true; break;
                case "--threads" when int.TryParse(next, CultureInfo.InvariantCulture, out threads)
                    && threads > 0: i++; break;
                case "--seconds" when double.TryParse(next, CultureInfo.InvariantCulture, out seconds)
                    && seconds >= 0: i++; break;
                case "--models" when next is not null: subjects =
                    next.Split(',', StringSplitOptions.RemoveEmptyEntries); i++; break;
                default: return Refuse($"'{words[i]}' is unknown here or lacks its value");
            }
        }
        if (baseline is null) return Refuse("--baseline is missing");
        // Before minutes are spent on the others.
        foreach (string subject in subjects) RegressChild.Open(subject).Dispose();
        if (update && Directory.Exists(baseline))
            return Refuse($"--update writes one file, and {baseline} is a folder");
        string? obstacle = InstructionCount.Obstacle();
        Say(obstacle is null
            ? "instructions: counted by perf"
            : $"instructions: NOT compared, only ratios of times are: {obstacle}");
        var here = new RegressFile(Machine.Here(), threads, new Dictionary<string, IReadOnlyDictionary<string,
            Measured>>());
        var repeat = new RegressRepeat(threads, seconds, counts: obstacle is null);
        if (update) return Update(baseline, here, repeat, subjects);
        RegressFile? held;
        try
        {
            held = Find(baseline, here);
        }
        catch (FormatException e)
        {
            return Refuse(e.Message);
        }
        return new RegressGate(repeat, Say).Run(here, held, subjects, output);
    }

    static int Update(string path, RegressFile here, RegressRepeat repeat, string[] subjects)
    {
        var measured = new Dictionary<string, IReadOnlyDictionary<string, Measured>>();
        foreach (string subject in subjects)
        {
            var repeats = new List<IReadOnlyDictionary<string, Measured>>();
            while (repeats.Count < RegressRule.Repeats)
            {
                if (repeat.Run(subject) is not { } numbers) return Wrong(subject);
                repeats.Add(numbers);
            }
            measured[subject] = RegressGate.Middle(repeats);
            Say(RegressGate.Line(subject, measured[subject]));
            foreach (var (yardstick, number) in measured[subject])
                if (RegressRule.Bound(yardstick, number) > WideBound * number.Median)
                    Say($"{subject}: {yardstick} is noisy here and its bound wide; measure again on a quieter machine");
        }
        JsonText.Save(path, (here with { Subjects = measured }).ToJson());
        Say($"wrote {path}");
        return 0;
    }

    // A folder may hold the results of many machines.
    static RegressFile? Find(string path, RegressFile here)
    {
        string[] files = File.Exists(path) ? [path]
            : Directory.Exists(path)
                ? [.. Directory.GetFiles(path, "regress-*.json",
                SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [];
        foreach (string file in files)
        {
            RegressFile found;
            try
            {
                found = RegressFile.Parse(File.ReadAllText(file));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{file}: {e.Message}", e);
            }
            if (!found.Fits(here)) continue;
            Say($"baseline: {file}, measured {found.Machine.Date} with {found.Machine.Runtime}");
            return found;
        }
        return null;
    }

    static int Wrong(string subject)
    {
        Say($"{subject}: the engines' results differ; a time for a wrong result says nothing");
        return 1;
    }

    static int Refuse(string why)
    {
        Console.Error.WriteLine($"{why}; usage: {Usage}");
        return 2;
    }

    static void Say(string line) => Console.Out.WriteLine($"regress: {line}");
}
