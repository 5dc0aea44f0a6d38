using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What takes too long for every push.</summary>
[TaskName("Nightly")]
[TaskDescription(
    "Tests, verifies, mutates, fuzzes, holds speed to what is checked in; --cuda also records every golden anew on " +
    "the GPU and verifies that.")]
[IsDependentOn(typeof(TestTask))]
[IsDependentOn(typeof(VerifyTask))]
[IsDependentOn(typeof(VerifyTorchTask))]
[IsDependentOn(typeof(MutateTask))]
[IsDependentOn(typeof(FuzzTask))]
public sealed class NightlyTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        HoldSpeed(context);
        if (!context.Cuda)
            return;
        var recorded = context.Artifacts.Combine("nightly").Combine(context.Goldens);
        RecordGoldensTask.Record(context, recorded);
        context.Harness("verify", recorded.FullPath, "--report", context.Reports.Combine("cuda").FullPath);
    }

    // Passes with a clear line on a processor that no results are checked in for.
    static void HoldSpeed(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("regress").Append("--baseline").AppendQuoted("tests/Harness.Benchmarks/results");
        arguments.Append("--output")
            .AppendQuoted(BenchmarkTask.Results(context).CombineWithFilePath("regress.json").FullPath);
        BenchmarkTask.Measure(context, arguments, noBuild: true);
    }
}
