using System.Text.Json;
using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>Verifies models against their goldens: <c>harness verify --cases FILE --report DIR</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class ParityVerify : HarnessTool
{
    const string JsonFormat = "json";
    const string JsonReport = "parity.json";

    string _run = "";

    /// <summary>The folder that the reports are put into, each as a whole.</summary>
    [Required]
    public string ReportDirectory { get; set; } = "";

    /// <summary>The reports to keep: <c>json</c>, <c>sarif</c>, <c>junit</c>, <c>html</c>, <c>markdown</c>.</summary>
    public string[] ReportFormats { get; set; } = [];

    /// <summary>Where the run keeps its own files while it lasts, in a folder of its own.</summary>
    [Required]
    public string TemporaryDirectory { get; set; } = "";

    string CasesFile => Path.Combine(_run, "cases.json");

    string[] Formats => Separated(ReportFormats);

    /// <inheritdoc/>
    public override bool Execute()
    {
        // A name of its own: two builds of one project may run at once, and neither may read what the other one wrote.
        _run = Path.Combine(Absolute(TemporaryDirectory), $"run-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_run);
        try
        {
            return base.Execute();
        }
        finally
        {
            Directory.Delete(_run, recursive: true);
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
        File.WriteAllBytes(CasesFile, ParityCase.ToJson(Cases));
        var exit = base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
        // A list of cases that no case came of is the silent pass that this gate is there to prevent.
        if (exit == 0 && CasesRun() is var ran && ran < Cases.Count)
        {
            Fail($"harness says that all holds, but of {Cases.Count} models only {ran} were verified{Said()}.");
            exit = -1;
        }
        KeepReports();
        return exit;
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance) =>
        // The command speaks of reports where it wrote them; people find them where they are kept.
        base.LogEventsFromTextOutput(
            singleLine.Replace(_run, Path.TrimEndingDirectorySeparator(ReportDirectory), StringComparison.Ordinal),
            messageImportance);

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
        foreach (var report in Directory.GetFiles(_run))
            File.Move(report, Path.Combine(target, Path.GetFileName(report)), overwrite: true);
    }
}
