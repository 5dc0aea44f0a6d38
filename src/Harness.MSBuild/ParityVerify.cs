using System.Text.Json;
using Harness.Formats;
using Harness.MSBuild.UpToDate;
using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>Verifies models against their goldens: <c>harness verify --cases FILE --report DIR</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class ParityVerify : HarnessTool
{
    const string JsonFormat = "json";
    const string JsonReport = "parity.json";

    // Whatever reports there are, of which a build keeps some; and the one that tells ours from a file of that name.
    static readonly string[] s_anyReport =
        ["parity.html", JsonReport, "parity.junit.xml", "parity.md", "parity.sarif"];

    readonly List<string> _reports = [];

    string _run = "";

    /// <summary>The folder that the reports are put into, each as a whole.</summary>
    [Required]
    public string ReportDirectory { get; set; } = "";

    /// <summary>The reports to keep: <c>json</c>, <c>sarif</c>, <c>junit</c>, <c>html</c>, <c>markdown</c>.</summary>
    public string[] ReportFormats { get; set; } = [];

    /// <summary>Where the run keeps its own files while it lasts, in a folder of its own.</summary>
    [Required]
    public string TemporaryDirectory { get; set; } = "";

    /// <summary>Left behind by a silent green, and by nothing else: what <see cref="ParityUpToDate"/> reads. Empty for
    /// none.</summary>
    public string Stamp { get; set; } = "";

    /// <summary>The file that this task is loaded from, or was copied from.</summary>
    [Required]
    public string TaskAssembly { get; set; } = "";

    /// <summary>Where a copy of this task is kept that a build may load into itself; empty where it may load
    /// <see cref="TaskAssembly"/>.</summary>
    public string Copies { get; set; } = "";

    /// <summary>What decides besides the models and <see cref="HarnessTool.Arguments"/>, a word each.</summary>
    public string[] Facts { get; set; } = [];

    /// <summary>Files that decide besides models, goldens, the command and the task.</summary>
    public string[] Files { get; set; } = [];

    string CasesFile => Path.Combine(_run, "cases.json");

    string[] Formats => Separated(ReportFormats);

    /// <inheritdoc/>
    public override bool Execute()
    {
        // A name of its own: two builds of one project may run at once, and neither may read what the other one wrote.
        _run = Path.Combine(Absolute(TemporaryDirectory), $"run-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(_run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail($"'{TemporaryDirectory}', where a run keeps its own files, cannot be written: {e.Message}");
            return false;
        }
        try
        {
            var before = Stamp.Length > 0 ? Taken() : null;
            var holds = base.Execute();
            // Only a silent green is remembered: an error fails again, and a warning is given again. It is remembered
            // last, and only where what it saw is what is still there.
            if (holds && Clean && before?.IsUntouched() == true)
                Remember(before);
            return holds;
        }
        finally
        {
            Discard();
        }
    }

    // Something may hold a file of the run's still; what it says does not change for that.
    void Discard()
    {
        try
        {
            Directory.Delete(_run, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, $"'{_run}' could not be removed: {e.Message}");
        }
    }

    /// <inheritdoc/>
    protected override bool ValidateParameters()
    {
        if (Models.Length == 0)
            Fail("No ParityModel names a file, so nothing would be verified.");
        return base.ValidateParameters();
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> ToolArguments() =>
    [
        "verify", "--cases", CasesFile, "--report", _run,
        // Always with JSON: it says how many cases ran.
        "--format", string.Join(',', Formats.Append(JsonFormat).Distinct(StringComparer.Ordinal)),
    ];

    /// <inheritdoc/>
    protected override int ExecuteTool(string pathToTool, string responseFileCommands, string commandLineCommands)
    {
        try
        {
            File.WriteAllBytes(CasesFile, ParityCase.ToJson(Cases));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail($"'{CasesFile}', which names the cases, cannot be written: {e.Message}");
            return -1;
        }
        var exit = base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
        // A list of cases that no case came of is the silent pass that this gate is there to prevent.
        if (exit == 0 && CasesRun() is var ran && ran < Cases.Sum(one => one.Verdicts))
        {
            Fail($"harness says that all holds, but of {Cases.Sum(one => one.Verdicts)} models only {ran} were " +
                $"verified{Said()}.");
            exit = -1;
        }
        try
        {
            KeepReports();
            // A file of an exported folder that goes is written again, as a report is.
            foreach (var folder in Cases.Select(one => one.ExportFlax).OfType<string>().Where(Directory.Exists))
                _reports.AddRange(Directory.EnumerateFiles(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail($"The reports cannot be kept in '{ReportDirectory}': {e.Message}");
            exit = -1;
        }
        return exit;
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance) =>
        // The command speaks of reports where it wrote them; people find them where they are kept. What it came to, and
        // what nobody would miss, a plain build shows too.
        base.LogEventsFromTextOutput(
            singleLine.Replace(_run, Path.TrimEndingDirectorySeparator(ReportDirectory), StringComparison.Ordinal),
            singleLine.EndsWith(" cases hold", StringComparison.Ordinal)
                || singleLine.StartsWith("note: ", StringComparison.Ordinal)
                ? MessageImportance.High : messageImportance);

    // Before the command reads them: a file that changes while it runs is then another one than the stamp's.
    Snapshot? Taken()
    {
        try
        {
            var cases = Models.Select(model => ParityCase.Of(model, GoldenDirectory, ProjectFile)).ToList();
            return Snapshot.Take(Dependencies.Of(
                ProjectFile, cases, GoldenDirectory, Tool, Host, TaskAssembly, Arguments,
                [.. Facts, Silenced(SilencedCodes), .. UnknownNames().Select(name => name.ToString())], Files));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException
            or ArgumentException)
        {
            Log.LogMessage(MessageImportance.Low, "This run will leave no stamp: {0}", e.Message);
            return null;
        }
    }

    void Remember(Snapshot before)
    {
        try
        {
            if (Copies.Length > 0)
            {
                // Named as the targets name it.
                var written = $"{File.GetLastWriteTime(TaskAssembly).Ticks}";
                var copy = Path.Combine(Copies, written, Path.GetFileName(TaskAssembly));
                if (!File.Exists(copy))
                    AtomicFile.Write(copy, File.ReadAllBytes(TaskAssembly));
            }
            before.Write(Stamp, _reports);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, "This run leaves no stamp: {0}", e.Message);
        }
    }

    int CasesRun()
    {
        var report = Path.Combine(_run, JsonReport);
        if (!File.Exists(report))
            return 0;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(report));
            return json.RootElement.TryGetProperty("cases", out var cases) ? cases.GetArrayLength() : 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Fail($"harness wrote a {JsonReport} that cannot be read: {e.Message}");
            return 0;
        }
    }

    void KeepReports()
    {
        File.Delete(CasesFile);
        if (!Formats.Contains(JsonFormat, StringComparer.Ordinal))
            File.Delete(Path.Combine(_run, JsonReport));
        var target = Absolute(ReportDirectory);
        Directory.CreateDirectory(target);
        var reports = Directory.GetFiles(_run);
        // A command that ended early wrote none, and what was there is still the last word.
        if (reports.Length > 0)
            RemoveOthers(target, reports);
        foreach (var report in reports)
        {
            var kept = Path.Combine(target, Path.GetFileName(report));
            File.Move(report, kept, overwrite: true);
            _reports.Add(kept);
        }
    }

    // Those of other formats speak of an earlier build. In a folder that is not the build's own they may be anybody's.
    void RemoveOthers(string target, string[] reports)
    {
        if (!target.StartsWith(Absolute(TemporaryDirectory), StringComparison.Ordinal))
            return;
        foreach (var name in s_anyReport.Except(reports.Select(Path.GetFileName)))
            File.Delete(Path.Combine(target, name!));
    }
}
