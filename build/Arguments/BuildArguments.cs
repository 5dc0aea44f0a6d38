namespace Build.Arguments;

/// <summary>The words of a command line, understood: an option that does nothing is a mistake that nobody would
/// see.</summary>
public sealed class BuildArguments
{
    readonly List<(BuildOption Option, string? Value)> _given = [];

    BuildArguments()
    {
    }

    /// <summary>What is wrong, in one line; null where nothing is.</summary>
    public string? Fault { get; private init; }

    /// <summary>Whether only help is wanted.</summary>
    public bool WantsHelp => _given.Any(given => given.Option == BuildOptions.Help);

    /// <summary>The same in the one spelling that every engine reads alike.</summary>
    public IReadOnlyList<string> Words =>
        [.. _given.Select(given => given.Value is null ? $"{given.Option}" : $"{given.Option}={given.Value}")];

    /// <summary>Reads a command line.</summary>
    /// <param name="words">As the process was given them.</param>
    /// <param name="targets">All targets.</param>
    public static BuildArguments Read(IReadOnlyList<string> words, IReadOnlyList<BuildTarget> targets)
    {
        var arguments = new BuildArguments();
        for (int i = 0; i < words.Count; i++)
            if (arguments.Take(words, ref i, targets) is { } fault)
                return new BuildArguments { Fault = $"build: {fault}" };
        return !arguments.WantsHelp && arguments.Check(targets) is { } wrong
            ? new BuildArguments { Fault = $"build: {wrong}" }
            : arguments;
    }

    /// <summary>The targets, by name, that running one runs: it, and all that it depends on.</summary>
    public static IReadOnlySet<string> Runs(string target, IReadOnlyList<BuildTarget> targets)
    {
        var runs = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Add(target);
        return runs;

        void Add(string name)
        {
            if (!runs.Add(name) || targets.FirstOrDefault(other => Same(other.Name, name)) is not { } found)
                return;
            foreach (var before in found.After)
                Add(before);
        }
    }

    // Null where the word, and the next one where it is the value, were understood.
    string? Take(IReadOnlyList<string> words, ref int i, IReadOnlyList<BuildTarget> targets)
    {
        var word = words[i];
        if (!word.StartsWith('-'))
            return targets.FirstOrDefault(target => Same(target.Name, word)) is { } named
                ? $"'{word}' is no option; {BuildOptions.Target}={named.Name} runs it"
                : $"'{word}' is no option; {BuildOptions.Help} lists them";
        var (name, value) = word.Split('=', 2) is [var left, var right] ? (left, right) : (word, null);
        if (BuildOptions.All.FirstOrDefault(option => Spellings(option).Any(other => Same(other, name)))
            is not { } option)
        {
            var near = Nearest(name, BuildOptions.All.SelectMany(Spellings));
            return $"'{name}' is no option; {(near is null ? "" : $"the nearest is {near}, and ")}" +
                $"{BuildOptions.Help} lists all";
        }
        if (option.Value is null && value is not null)
            return $"{option} is given '{value}'; it takes no value";
        if (option.Value is not null && value is null)
        {
            if (i + 1 == words.Count || words[i + 1].StartsWith("--", StringComparison.Ordinal))
                return $"{option} has no value; expected {option}={option.Value}";
            value = words[++i];
        }
        if (option.Value is not null && option != BuildOptions.Target && !option.Accepts(value!))
            return $"{option} is '{value}'; expected {option.Expected}";
        if (option != BuildOptions.Target && _given.Any(given => given.Option == option))
            return $"{option} is given twice";
        _given.Add((option, value));
        return null;
    }

    string? Check(IReadOnlyList<BuildTarget> targets)
    {
        var asked = _given.Where(given => given.Option == BuildOptions.Target).Select(given => given.Value!)
            .DefaultIfEmpty("Default").ToList();
        foreach (var name in asked)
            if (!targets.Any(target => Same(target.Name, name)))
            {
                var near = Nearest(name, targets.Select(target => target.Name));
                return $"there is no target '{name}'; {(near is null ? "" : $"the nearest is {near}, and ")}" +
                    $"{BuildOptions.Help} lists all";
            }
        var exclusive = _given.Any(given => given.Option == BuildOptions.Exclusive);
        // Cake would run the last of them, and be green.
        if (exclusive && asked.Count > 1)
            return $"{BuildOptions.Exclusive} goes with one target; {string.Join(", ", asked)} are {asked.Count}";
        var runs = asked.SelectMany(name => exclusive ? new HashSet<string> { name } : Runs(name, targets))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, _) in _given)
            if (option.Targets.Count > 0 && !option.Targets.Any(runs.Contains))
                return $"{option} says nothing to {string.Join(" and ", asked)}; " +
                    $"{string.Join(", ", Takers(option, targets))} take it";
        return null;
    }

    /// <summary>The targets that take an option, by themselves or by what they run.</summary>
    public static IEnumerable<string> Takers(BuildOption option, IReadOnlyList<BuildTarget> targets) =>
        targets.Select(target => target.Name)
            .Where(name => Runs(name, targets).Overlaps(option.Targets));

    static IEnumerable<string> Spellings(BuildOption option) =>
        option.Aliases.Prepend(option.Name).Select(name => name.Length == 1 ? $"-{name}" : $"--{name}");

    static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    // Null where none is like it: half of the letters wrong is another word.
    static string? Nearest(string word, IEnumerable<string> known)
    {
        var near = known.MinBy(other => Distance(word, other));
        return near is not null && Distance(word, near) <= word.TrimStart('-').Length / 2 ? near : null;
    }

    // Insertions, deletions and replacements between two words, and exchanged neighbours, which are one slip.
    static int Distance(string one, string other)
    {
        var (a, b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }
                int replaced = steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                steps[i, j] = Math.Min(replaced, 1 + Math.Min(steps[i - 1, j], steps[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], 1 + steps[i - 2, j - 2]);
            }
        return steps[a.Length, b.Length];
    }
}
