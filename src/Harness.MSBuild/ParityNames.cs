using Harness.MSBuild.Names;
using Microsoft.Build.Framework;
using Task = Microsoft.Build.Utilities.Task;

namespace Harness.MSBuild;

/// <summary>Tells what a project without models says to the gate all the same, and nothing reads: its models may be
/// there under a wrong name.</summary>
[MSBuildMultiThreadableTask]
public sealed class ParityNames : Task
{
    /// <inheritdoc cref="HarnessTool.ProjectFile"/>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.NameFiles"/>
    public string[] NameFiles { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.PackageNameFiles"/>
    public string[] PackageNameFiles { get; set; } = [];

    /// <inheritdoc cref="HarnessTool.PackageRoot"/>
    public string PackageRoot { get; set; } = "";

    /// <inheritdoc cref="HarnessTool.HelpPage"/>
    public string HelpPage { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (var name in UnknownName.Of(
            new ProjectNames(ProjectFile, NameFiles, PackageNameFiles, PackageRoot), [], BuildEngine))
        {
            Log.LogWarning(
                null, UnknownName.Code, null, HarnessTool.HelpLink(HelpPage, UnknownName.Code), name.File, name.Line,
                0, 0, 0, "{0}", name.Message);
        }
        return true;
    }
}
