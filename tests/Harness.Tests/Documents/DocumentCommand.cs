using System.Text.RegularExpressions;
using Harness.Tests.Naive;

namespace Harness.Tests.Documents;

/// <summary>A line of a page that somebody will type.</summary>
/// <param name="Page">The page, from the repository's root.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Text">The line without its comment.</param>
/// <param name="ExitCode">What it ends with: 0, unless the comment says another.</param>
/// <param name="Shown">The lines that the page says its block prints.</param>
sealed partial record DocumentCommand(string Page, int Line, string Text, int ExitCode, IReadOnlyList<string> Shown)
{
    /// <summary>The pages that hold commands.</summary>
    public static IEnumerable<string> Pages =>
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Path.Combine(NaiveWalkTests.Repository, "docs"), "*.md").Order()
            .Concat(Directory.EnumerateFiles(
                Path.Combine(NaiveWalkTests.Repository, "src"), "README.md", SearchOption.AllDirectories).Order())
            .Select(file => Path.GetRelativePath(NaiveWalkTests.Repository, file).Replace('\\', '/')),
    ];

    /// <summary>The commands of a page: all lines of its blocks of shell, and in blocks of no language those that begin
    /// with a program of ours.</summary>
    public static IReadOnlyList<DocumentCommand> Of(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(NaiveWalkTests.Repository, page));
        var commands = new List<DocumentCommand>();
        List<DocumentCommand> block = [];
        string? fence = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                if (fence is not null)
                {
                    fence = null;
                    continue;
                }
                fence = line[3..];
                if (fence != "text") block = [];
                continue;
            }
            if (fence == "text")
            {
                // What a block of shell prints follows it.
                foreach (var command in block) ((List<string>)command.Shown).Add(line);
                continue;
            }
            bool isCommand = fence == "sh" ? line.Trim().Length > 0 : fence == "" && OursPattern().IsMatch(line);
            if (!isCommand) continue;
            var parts = LinePattern().Match(line);
            var exit = ExitPattern().Match(parts.Groups[2].Value);
            var found = new DocumentCommand(
                page, i + 1, parts.Groups[1].Value, exit.Success ? exit.Groups[1].Value[0] - '0' : 0,
                block is [var first, ..] ? first.Shown : new List<string>());
            block.Add(found);
            commands.Add(found);
        }
        return commands;
    }

    /// <summary>Variables that the line sets, and its words, quotes taken off; what stands in brackets may be left
    /// out, and is.</summary>
    public (Dictionary<string, string> Variables, string[] Words) Parse()
    {
        var variables = new Dictionary<string, string>();
        var words = WordPattern().Matches(OptionalPattern().Replace(Text, "")).Select(match => match.Groups[1].Success
            ? match.Groups[1].Value : match.Value).ToList();
        while (words is [var first, ..] && VariablePattern().Match(first) is { Success: true } set)
        {
            variables.Add(set.Groups[1].Value, set.Groups[2].Value);
            words.RemoveAt(0);
        }
        return (variables, [.. words]);
    }

    /// <summary>Whether a printed line is what the page shows: numbers aside, and … for anything.</summary>
    public static bool Shows(string shown, string printed)
    {
        string pattern = string.Join(".*", shown.TrimEnd().Split('…').Select(part =>
            NumberPattern().Replace(Regex.Escape(part), @"-?\d[\d.]*(?:e[+-]\d+)?")));
        return Regex.IsMatch(printed, $"^{pattern}$");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Page}({Line}): {Text}";

    [GeneratedRegex(@"^(harness|dotnet|dnx) ")]
    private static partial Regex OursPattern();

    // A comment begins after two blanks.
    [GeneratedRegex(@"^\s*(.*?)(?:\s{2,}#\s*(.*))?\s*$")]
    private static partial Regex LinePattern();

    [GeneratedRegex(@"\bexit (\d)\b")]
    private static partial Regex ExitPattern();

    [GeneratedRegex(@"""([^""]*)""|\S+")]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"\s\[[^\]]*\]")]
    private static partial Regex OptionalPattern();

    [GeneratedRegex(@"^([A-Z_]+)=(\S*)$")]
    private static partial Regex VariablePattern();

    // As Regex.Escape leaves them; \d and the like do not occur in what is escaped.
    [GeneratedRegex(@"(?<![\w-])-?\d[\d]*(?:\\\.\d+)*(?:e(?:\\\+|-)\d+)?")]
    private static partial Regex NumberPattern();
}
