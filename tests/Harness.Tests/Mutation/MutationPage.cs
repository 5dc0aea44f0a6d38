using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>A mistake of the code as the page tells it.</summary>
/// <param name="Area">What it is about.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Source">The source.</param>
/// <param name="SeenBy"><c>gate</c>, <c>tests</c>, <c>equivalent: why</c>, <c>missed</c>, or <c>not tried
/// yet</c>.</param>
sealed record CodeRow(string Area, string Name, string Source, string SeenBy)
{
    public const string Gate = "gate", Tests = "tests", Missed = "missed", Equivalent = "equivalent: ",
        Open = "not tried yet";

    public string FullName => $"{Area}/{Name}";

    public static CodeRow Of(CodeMutant mutant) => new(
        mutant.Fault.Area, mutant.Fault.Name, mutant.Fault.Source, mutant switch
        {
            { SeenBy: CodeJudge.Gate } => Gate,
            { SeenBy: CodeJudge.Tests } => Tests,
            { Fault.Equivalent: { } why } => Equivalent + why,
            _ => Missed,
        });

    /// <summary>True where that is what the list says of the fault, or better, or nobody knows yet.</summary>
    public bool Is(CodeFault fault) => Source == fault.Source && (SeenBy == Open || (fault.Equivalent is { } why
        ? SeenBy == Equivalent + why
        : SeenBy == Gate || (SeenBy == Tests && fault.By == CodeJudge.Tests)));
}

/// <summary><c>docs/mutation.md</c>: what was tried last, and what became of it.</summary>
/// <param name="Models">The part about faults of models, as text.</param>
/// <param name="Code">Mistakes of the code, one row each.</param>
sealed record MutationPage(string Models, ImmutableArray<CodeRow> Code)
{
    const string Head = "# What the gate catches\n\n", CodeHead = "## Mistakes in the code\n\n";
    const string RowsHead = "| area | mistake | source | seen by |\n|---|---|---|---|\n";

    static readonly string s_file = Path.Combine(NaiveWalkTests.Repository, "docs", "mutation.md");

    static readonly string s_about = """
        Mistakes that a maintainer could make, one at a time: each is compiled into a copy of the command, and that is
        held to the goldens of this repository as CI does, on as many threads and with registers as wide as the machine
        has. Gate: `harness verify golden` was red. Tests: it was green, and tests that need nothing but .NET were not;
        so with the verifier itself, of which goldens that hold show nothing, and with narrower registers. Equivalent:
        no result of anybody's changes.

        Written by `dotnet run --project tests/Harness.Tests -c Release -- mutate code`.


        """.ReplaceLineEndings("\n");

    /// <summary>The page as it is.</summary>
    public static MutationPage Read()
    {
        string text = File.ReadAllText(s_file).ReplaceLineEndings("\n");
        int code = text.IndexOf(CodeHead, StringComparison.Ordinal);
        if (code < 0) return new MutationPage(text[Head.Length..], []);
        int rows = text.IndexOf(RowsHead, code, StringComparison.Ordinal) + RowsHead.Length;
        return new MutationPage(text[Head.Length..code].TrimEnd('\n') + "\n", [.. text[rows..]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            {
                string[] cells = [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];
                return new CodeRow(cells[0], cells[1], cells[2].Trim('`'), cells[3]);
            })]);
    }

    /// <summary>The page with these rows, and without those of mistakes that are in the list no more.</summary>
    public MutationPage With(IEnumerable<CodeRow> rows)
    {
        var all = Code.ToDictionary(row => row.FullName, StringComparer.Ordinal);
        foreach (var row in rows) all[row.FullName] = row;
        return this with
        {
            Code = [.. CodeFaults.All.Select(fault => all.GetValueOrDefault(fault.FullName)
                ?? new CodeRow(fault.Area, fault.Name, fault.Source, CodeRow.Open))],
        };
    }

    /// <summary>Writes it.</summary>
    public void Write() => File.WriteAllText(s_file, $"{Head}{Models}\n{CodeHead}{s_about}{Sums(Code)}\n{RowsHead}"
        + string.Concat(Code.Select(row => $"| {row.Area} | {row.Name} | `{row.Source}` | {row.SeenBy} |\n")));

    /// <summary>How many of each area were seen by whom.</summary>
    public static string Sums(IReadOnlyCollection<CodeRow> rows)
    {
        var text = new StringBuilder(
            "| area | mistakes | by the gate | by the tests | equivalent | missed | not tried yet |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (var area in rows.GroupBy(row => row.Area).OrderBy(area => area.Key, StringComparer.Ordinal))
            Sum(text, area.Key, [.. area]);
        Sum(text, "all", rows);
        return text.ToString();
    }

    static void Sum(StringBuilder text, string name, IReadOnlyCollection<CodeRow> rows)
    {
        int Count(string seen) => rows.Count(row => row.SeenBy.StartsWith(seen, StringComparison.Ordinal));
        text.Append(CultureInfo.InvariantCulture,
            $"| {name} | {rows.Count} | {Count(CodeRow.Gate)} | {Count(CodeRow.Tests)} | ");
        text.Append(CultureInfo.InvariantCulture,
            $"{Count(CodeRow.Equivalent)} | {Count(CodeRow.Missed)} | {Count(CodeRow.Open)} |\n");
    }
}
