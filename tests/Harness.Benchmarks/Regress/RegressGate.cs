using System.Globalization;

namespace Harness.Benchmarks.Regress;

/// <summary>Measures subject after subject and compares each with what is held.</summary>
/// <param name="repeat">Measures.</param>
/// <param name="say">Takes a line for people.</param>
sealed class RegressGate(RegressRepeat repeat, Action<string> say)
{
    /// <summary>0: nothing is worse; 1: a regression or a wrong result.</summary>
    /// <param name="here">This machine, without numbers.</param>
    /// <param name="held">What to compare with; null: measure only.</param>
    /// <param name="subjects">What to measure.</param>
    /// <param name="output">The file that gets what was measured.</param>
    public int Run(RegressFile here, RegressFile? held, string[] subjects, string output)
    {
        var left = held is null ? [] : Yardstick.All.Where(name => Yardstick.Package(name) is { } package
            && here.Machine.Packages.GetValueOrDefault(
                package) != held.Machine.Packages.GetValueOrDefault(package)).ToHashSet();
        foreach (string name in left)
            say($"{name}: NOT compared, {Yardstick.Package(name)} is another version than the baseline's; measure it " +
                $"anew with --update");
        var measured = new Dictionary<string, IReadOnlyDictionary<string, Measured>>();
        var trouble = new List<string>();
        foreach (string subject in subjects)
        {
            if (repeat.Run(subject) is not { } first)
            {
                trouble.Add($"{subject}: the engines' results differ; a time for a wrong result says nothing");
                continue;
            }
            measured[subject] = first;
            say(Line(subject, first));
            if (held is null) continue;
            if (!held.Subjects.TryGetValue(subject, out var known))
            {
                say($"{subject}: NOT compared, the baseline does not know it");
                continue;
            }
            var baseline = known.Where(number => !left.Contains(number.Key)).ToDictionary();
            foreach (string name in Yardstick.All.Where(name => !left.Contains(name)
                && first.ContainsKey(name) != baseline.ContainsKey(name)))
                say($"{subject}: {name} NOT compared, {(first.ContainsKey(name) ? "the baseline" : "this run")} has " +
                    $"no such number");
            var repeats = new List<IReadOnlyDictionary<string, Measured>> { first };
            while (repeats.Count < RegressRule.Repeats && RegressRule.IsWorse(baseline, repeats[^1]))
            {
                say($"{subject}: beyond its bounds in " +
                    $"{string.Join(", ", RegressRule.Beyond(baseline, repeats[^1]))}; once more, in a new process");
                if (repeat.Run(subject) is not { } again) break;
                repeats.Add(again);
            }
            measured[subject] = Middle(repeats);
            if (RegressRule.IsRegression(baseline, repeats)) trouble.AddRange(Regressions(subject, baseline, repeats));
        }
        JsonText.Save(output, (here with { Subjects = measured }).ToJson());
        say($"measured: {output}");
        foreach (string line in trouble) say($"REGRESSION {line}");
        if (held is null)
            say($"no baseline for '{here.Machine.Cpu}' with {here.Machine.Lanes} lanes and {here.Threads} thread(s): " +
                $"nothing was compared; " +
                "--update makes one");
        else if (trouble.Count == 0) say($"nothing is worse than the baseline in {measured.Count} subjects");
        return trouble.Count == 0 ? 0 : 1;
    }

    /// <summary>What several repeats say together.</summary>
    public static IReadOnlyDictionary<string,
    Measured> Middle(IReadOnlyList<IReadOnlyDictionary<string, Measured>> repeats) =>
        Yardstick.All.Where(name => repeats.All(one => one.ContainsKey(name)))
            .ToDictionary(name => name, name => Measured.Of([.. repeats.Select(one => one[name])]));

    /// <summary>A subject's numbers for people.</summary>
    public static string Line(string subject, IReadOnlyDictionary<string, Measured> numbers) =>
        $"{subject}: {string.Join(", ", Yardstick.All.Where(numbers.ContainsKey).Select(name =>
            $"{name} {Text(numbers[name].Median)} ± {Text(numbers[name].Spread)}"))}";

    // One line for each yardstick that was beyond its bound in every repeat; none was: the latest repeat's.
    static IEnumerable<string> Regressions(
        string subject, Dictionary<string, Measured> baseline, List<IReadOnlyDictionary<string, Measured>> repeats)
    {
        var middle = Middle(repeats);
        string[] always =
            [.. repeats.Select(one => RegressRule.Beyond(baseline, one)).Aggregate((a, b) => [.. a.Intersect(b)])];
        foreach (string name in always.Length > 0 ? always : RegressRule.Beyond(baseline, repeats[^1]))
            yield return $"{subject}: {name} found {Text(middle[name].Median)}, expected " +
                $"{Text(baseline[name].Median)}, " +
                $"bound {Text(RegressRule.Bound(name, baseline[name]))}";
    }

    static string Text(double number) => number.ToString(number >= 1e4 ? "F0" : "F4", CultureInfo.InvariantCulture);
}
