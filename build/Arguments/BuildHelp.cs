using System.Text;

namespace Build.Arguments;

/// <summary>What <c>--help</c> prints: every target and every option, from what is run and parsed.</summary>
public static class BuildHelp
{
    // A pipe has no width, and logs are read in windows of any.
    const int Columns = 100;

    /// <summary>The text.</summary>
    public static string Text(IReadOnlyList<BuildTarget> targets)
    {
        var sorted = targets.OrderBy(target => target.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var text = new StringBuilder("Usage: dotnet run --project build -- [--target=NAME]... [options]\n");
        Section(text, "Targets", sorted.Select(target => (target.Name,
            target.After.Count == 0 ? target.Text : $"{target.Text} After {string.Join(", ", target.After)}.")));
        Section(text, "Options of targets", BuildOptions.OfTargets.Select(option => (Typed(option),
            $"{option.Text} Taken by {string.Join(", ", BuildArguments.Takers(option, sorted))}.")));
        Section(text, "Options of every target",
            BuildOptions.OfCake.Select(option => (Typed(option), option.Text)));
        text.Append("\nExit codes: 0 holds, 1 findings, 2 bad input or usage, else a tool's own.\n");
        return text.ToString();
    }

    static string Typed(BuildOption option)
    {
        var letter = option.Aliases.FirstOrDefault(alias => alias.Length == 1);
        return $"{(letter is null ? "" : $"-{letter}, ")}{option}{(option.Value is null ? "" : $"={option.Value}")}";
    }

    static void Section(StringBuilder text, string title, IEnumerable<(string Left, string Right)> lines)
    {
        text.Append('\n').Append(title).Append(":\n");
        var all = lines.ToList();
        int widest = all.Max(line => line.Left.Length);
        foreach (var (left, right) in all)
        {
            var margin = $"  {left.PadRight(widest)}  ";
            foreach (var part in Wrapped(right, Columns - margin.Length))
            {
                text.Append(margin).Append(part).Append('\n');
                margin = new string(' ', margin.Length);
            }
        }
    }

    static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        yield return line;
    }
}
