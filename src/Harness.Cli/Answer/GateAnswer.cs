using System.Collections.Immutable;
using System.CommandLine;
using Harness.Cli.Verbs;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Cli.Answer;

/// <summary>What a verb of the gate answers with after its cases: a line a finding, reports, and what a CI service
/// shows of both.</summary>
/// <param name="Directory">The folder for reports; null for none.</param>
/// <param name="Reports">Which ones.</param>
/// <param name="Annotations">Whose annotations are written.</param>
sealed record GateAnswer(string? Directory, ImmutableArray<Report> Reports, Annotations Annotations)
{
    /// <summary>Findings that are errors, and those that are warnings, of which a line is written; the rest is
    /// counted.</summary>
    public const int MostErrors = 50, MostWarnings = 20;

    // What a person opens first.
    static readonly string[] s_readable = ["html", "markdown", "json", "sarif", "junit"];

    string? Shown => Directory is null ? null : s_readable
        .Select(name => Reports.FirstOrDefault(report => report.Name == name)).OfType<Report>()
        .Select(report => Path.Combine(Path.GetFullPath(Directory), report.FileName)).FirstOrDefault();

    /// <summary>True where a page is written that shows every node; what only it shows is measured only for
    /// it.</summary>
    public bool DrawsNodes => Directory is not null && Reports.Any(report => report.Name == "html");

    /// <summary>Writes everything, and how many of how many cases hold.</summary>
    /// <returns>The exit code.</returns>
    public int GiveCounted(Terminal terminal, GateVerdict gate)
    {
        int holding = gate.Cases.Count(verdict => verdict.Holds);
        int besides = gate.Findings.Count(finding => finding.Severity() != Severity.Warning);
        return Give(terminal, gate, $"{holding} of {gate.Cases.Length} cases hold" +
            (besides > 0 ? $", and {besides} of what is wrong is no case's" : ""));
    }

    /// <summary>Writes everything.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="gate">What happened.</param>
    /// <param name="count">A line after the findings; null for none.</param>
    /// <returns>The exit code.</returns>
    public int Give(Terminal terminal, GateVerdict gate, string? count = null)
    {
        WriteFindings(terminal, gate);
        if (count is not null) terminal.WriteLine(count);
        // Reports last: a folder that cannot be written ends the run, and hides nothing of it.
        StepSummary.Append(terminal, gate);
        if (Directory is not null)
        {
            foreach (string file in ReportSet.Write(Directory, Reports, gate))
                terminal.Error.WriteLine($"report: {file}");
        }
        return Program.ExitCode(gate.AllFindings);
    }

    /// <summary>A line a finding, the worst first; of what would bury them all, the count.</summary>
    public void WriteFindings(Terminal terminal, GateVerdict gate)
    {
        var findings = gate.WorstFirst.ToImmutableArray();
        var shown = findings.GroupBy(finding => finding.Severity() == Severity.Warning)
            .SelectMany(group => Chosen([.. group], group.Key ? MostWarnings : MostErrors))
            .ToHashSet(ReferenceEqualityComparer.Instance);
        string where = Shown is { } file ? $"; report: {file}" : "";
        foreach (var finding in findings.Where(shown.Contains))
        {
            // A warning has nobody stopped who would look for more.
            string tail = finding.Severity() == Severity.Warning ? "" : where;
            terminal.WriteLine(finding.ToCanonicalLine() + tail);
            if (Annotations.Line(finding) is { } annotation) terminal.Out.WriteLine(annotation);
        }
        foreach (var rest in findings.Where(finding => !shown.Contains(finding)).GroupBy(finding => finding.Code))
        {
            string all = Shown is { } report ? $"{report} has all" : "--report DIR writes all";
            terminal.WriteLine(
                new Finding(rest.Key, "harness", $"and {rest.Count()} more of {rest.Key}; {all}").ToCanonicalLine());
        }
    }

    // None of a code's findings is worth more than the first of another one.
    static IEnumerable<Finding> Chosen(ImmutableArray<Finding> findings, int most)
    {
        var firsts = findings.DistinctBy(finding => finding.Code).ToArray();
        return firsts.Concat(findings.Except<Finding>(firsts, ReferenceEqualityComparer.Instance)
            .Take(Math.Max(most - firsts.Length, 0)));
    }
}

/// <summary>The options that say how an answer is given.</summary>
/// <param name="folder">The option for the folder of the reports, which only one of another name must state.</param>
sealed class AnswerOptions(string folder = AnswerOptions.Folder)
{
    const string Folder = "--report";

    readonly Option<string?> _report = new(folder)
    {
        Description = "A folder for reports; those of other formats that an earlier run left there are removed.",
        Required = folder != Folder,
    };

    readonly Option<string> _format = Shared.Formats();

    readonly Option<string> _annotate = Shared.Choice(
        "--annotate", "Whose annotations are written beside the lines: those of GitHub Actions or Azure Pipelines.",
        [.. Annotations.All.Select(annotations => annotations.Name)]);

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_report);
        command.Options.Add(_format);
        command.Options.Add(_annotate);
    }

    /// <summary>What they say.</summary>
    /// <exception cref="ModelException">PAR9003: a report that does not exist.</exception>
    public GateAnswer Read(ParseResult result)
    {
        var reports = Named(result.GetValue(_format)!);
        return new GateAnswer(
            FolderOf(result), reports,
            Annotations.All.First(annotations => annotations.Name == result.GetValue(_annotate)));
    }

    // Formats of nothing would be a report that somebody waits for.
    string? FolderOf(ParseResult result) => result.GetValue(_report)
        ?? (result.GetResult(_format) is { Implicit: false }
            ? throw Program.Usage($"--format writes into a folder: {_report.Name} DIR") : null);

    /// <summary>The reports that <c>--format</c> names.</summary>
    static ImmutableArray<Report> Named(string format)
    {
        var (reports, unknown) = ReportSet.Named(
            format.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (unknown is not null)
            throw Program.Usage(
                $"--format '{unknown}' is unknown, expected " +
                $"{string.Join(", ", ReportSet.All.Select(report => report.Name))}");
        return reports.IsEmpty ? throw Program.Usage("--format names no report") : reports;
    }
}
