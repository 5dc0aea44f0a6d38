using System.Reflection;
using Harness.MSBuild.Names;
using Harness.MSBuild.UpToDate;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace Harness.MSBuild;

/// <summary>Says whether anything that counts has changed since the run that left the stamp. Starts nothing.</summary>
/// <remarks>It never fails a build: what it cannot make sure of is not up to date, and the run that follows
/// speaks.</remarks>
[MSBuildMultiThreadableTask]
public sealed class ParityUpToDate : Task
{
    /// <summary>What the last green run left behind.</summary>
    [Required]
    public string Stamp { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.Tool"/>
    [Required]
    public string Tool { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.Host"/>
    public string Host { get; set; } = "";

    /// <inheritdoc cref="ParityVerify.TaskAssembly"/>
    [Required]
    public string TaskAssembly { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.ProjectFile"/>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.GoldenDirectory"/>
    [Required]
    public string GoldenDirectory { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.Models"/>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.Arguments"/>
    public ITaskItem[] Arguments { get; set; } = [];

    /// <inheritdoc cref="ParityVerify.Facts"/>
    public string[] Facts { get; set; } = [];

    /// <inheritdoc cref="ParityVerify.Files"/>
    public string[] Files { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.NameFiles"/>
    public string[] NameFiles { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.PackageNameFiles"/>
    public string[] PackageNameFiles { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.PackageRoot"/>
    public string PackageRoot { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.SilencedCodes"/>
    public string[] SilencedCodes { get; set; } = [];

    /// <summary>True where nothing has changed.</summary>
    [Output]
    public bool Holds { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        string? change;
        try
        {
            change = FirstChange();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException
            or ArgumentException)
        {
            change = e.Message;
        }
        Holds = change is null;
        Log.LogMessage(MessageImportance.Normal, "{0}", Holds
            ? $"Parity is up to date: nothing has changed since {Stamp} was written."
            : $"Parity is verified again: {change}.");
        return true;
    }

    string? FirstChange()
    {
        // The code that decides is the code that counts: not that of a build before, which lives on in a node.
        if (!IsOf(TaskAssembly))
            return "the task has been built again";
        if (Snapshot.Read(Stamp) is not { } stamp)
            return $"'{Stamp}' is no stamp";
        var cases = new List<ParityCase>(Models.Length);
        foreach (var model in Models)
            cases.Add(ParityCase.Of(model, GoldenDirectory, ProjectFile));
        var unknown = UnknownName.Of(
            new ProjectNames(ProjectFile, NameFiles, PackageNameFiles, PackageRoot), Models, BuildEngine);
        var change = stamp.FirstChange(
            Dependencies.Of(
                ProjectFile, cases, GoldenDirectory, Tool, Host, TaskAssembly, Arguments,
                [.. Facts, HarnessTool.Silenced(SilencedCodes), .. unknown.Select(name => name.ToString())], Files),
            out var refreshed);
        // Files that were touched, and are what they were, are read once and not in every build.
        refreshed?.Write(Stamp);
        return change;
    }

    static bool IsOf(string assembly)
    {
        var own = Assembly.GetExecutingAssembly().Location;
        return own == assembly || File.ReadAllBytes(own).AsSpan().SequenceEqual(File.ReadAllBytes(assembly));
    }
}
