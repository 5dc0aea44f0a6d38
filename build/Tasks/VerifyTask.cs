using Cake.Common.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>The gate.</summary>
[TaskName("Verify")]
[TaskDescription("Verifies every golden in golden/ and writes the reports.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class VerifyTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        context.EnsureDirectoryExists(context.Reports);
        string[] history = context.History is { } file ? ["--history", file] : [];
        context.Harness([
            "verify", context.Goldens.FullPath,
            "--report", context.Reports.FullPath, "--format", "json,markdown",
            .. context.ShardWords, .. history,
        ]);
    }
}
