using Cake.Common.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Holds new recordings to the goldens: what differs is the reference itself.</summary>
[TaskName("CompareGoldens")]
[TaskDescription("Compares what RecordGoldens --golden=DIR recorded with golden/, in float64.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class CompareGoldensTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context) => Compare(context);

    /// <summary>Compares; drift fails.</summary>
    internal static void Compare(BuildContext context)
    {
        var reports = context.Reports.Combine("recorded");
        context.EnsureDirectoryExists(reports);
        context.Harness([
            "compare", context.Goldens.FullPath, "--recorded", context.Recorded.FullPath,
            "--report", reports.FullPath, "--format", "json,markdown",
            .. context.ShardWords,
        ]);
    }
}
