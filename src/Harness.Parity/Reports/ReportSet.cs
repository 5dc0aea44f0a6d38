using System.Collections.Immutable;
using System.Text;
using Harness.Formats;
using Harness.Parity.Reports.Html;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary>One kind of report.</summary>
/// <param name="Name">What <c>--format</c> calls it.</param>
/// <param name="FileName">Its file in the report folder.</param>
/// <param name="Mark">What stands in the beginning of every such file, and hardly in another one of that name.</param>
/// <param name="Render">Its whole text.</param>
public sealed record Report(string Name, string FileName, string Mark, Func<GateVerdict, string> Render);

/// <summary>The list of reports. To add one: its file, and one line here.</summary>
public static class ReportSet
{
    /// <summary>Every report, sorted by name.</summary>
    public static readonly ImmutableArray<Report> All =
    [
        new("html", "parity.html", "<title>Parity ", HtmlReport.Render),
        new("json", JsonReport.FileName, "\"holds\": ", JsonReport.Render),
        new("junit", "parity.junit.xml", "<testsuite name=\"parity\"", JUnitReport.Render),
        new("markdown", "parity.md", MarkdownReport.Heading, MarkdownReport.Render),
        new("sarif", "parity.sarif", "\"name\": \"harness\"", SarifReport.Render),
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
            if (Path.Combine(directory, other.FileName) is var old && IsOurs(old, other)) File.Delete(old);
        return files.ToImmutable();
    }

    // A folder may be the user's own, with a page of that name that somebody wrote.
    static bool IsOurs(string file, Report report)
    {
        if (!File.Exists(file)) return false;
        var head = new byte[1 << 13];
        using var stream = WholeFile.Open(file);
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(head, 0, read).Contains(report.Mark, StringComparison.Ordinal);
    }
}
