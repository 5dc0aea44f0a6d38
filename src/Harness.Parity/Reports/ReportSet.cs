using System.Collections.Immutable;
using Harness.Formats;
using Harness.Parity.Reports.Html;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary>One kind of report.</summary>
/// <param name="Name">What <c>--format</c> calls it.</param>
/// <param name="FileName">Its file in the report folder.</param>
/// <param name="Render">Its whole text.</param>
public sealed record Report(string Name, string FileName, Func<GateVerdict, string> Render);

/// <summary>The list of reports. To add one: its file, and one line here.</summary>
public static class ReportSet
{
    /// <summary>Every report, sorted by name.</summary>
    public static readonly ImmutableArray<Report> All =
    [
        new("html", "parity.html", HtmlReport.Render),
        new("json", JsonReport.FileName, JsonReport.Render),
        new("junit", "parity.junit.xml", JUnitReport.Render),
        new("markdown", "parity.md", MarkdownReport.Render),
        new("sarif", "parity.sarif", SarifReport.Render),
    ];

    /// <summary>The reports of these names; null names the first that is none.</summary>
    public static (ImmutableArray<Report> Reports, string? Unknown) Named(IEnumerable<string> names)
    {
        var reports = ImmutableArray.CreateBuilder<Report>();
        foreach (string name in names)
        {
            if (All.FirstOrDefault(report => report.Name == name) is not { } report) return ([], name);
            if (!reports.Contains(report)) reports.Add(report);
        }
        return (reports.ToImmutable(), null);
    }

    /// <summary>Writes reports into a folder and returns their paths. Those of other kinds that an earlier run left
    /// there speak of that run, so they go.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static ImmutableArray<string> Write(
        string directory, IReadOnlyCollection<Report> reports, GateVerdict verdict)
    {
        var files = ImmutableArray.CreateBuilder<string>();
        foreach (var report in reports)
        {
            string file = Path.Combine(directory, report.FileName);
            AtomicFile.WriteText(file, report.Render(verdict));
            files.Add(file);
        }
        foreach (var other in All.Except(reports))
            File.Delete(Path.Combine(directory, other.FileName));
        return files.ToImmutable();
    }
}
