using Cake.Common.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>The gate, with the converted models run by libtorch. On the CPU here, so that a machine with a GPU has only
/// the device left to try.</summary>
[TaskName("VerifyTorch")]
[TaskDescription(
    "Verifies every golden once more with TorchSharp running the converted models; skipped where libtorch has no " +
    "build.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class VerifyTorchTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => BuildContext.HasTorch;

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var device = context.Cuda ? "cuda" : "cpu-torch";
        var reports = context.Reports.Combine(device);
        context.EnsureDirectoryExists(reports);
        context.Harness([
            "verify", context.Goldens.FullPath, "--device", device,
            "--report", reports.FullPath, "--format", "json,markdown",
            .. context.ShardWords,
        ]);
    }
}
