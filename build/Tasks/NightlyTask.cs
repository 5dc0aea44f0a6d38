using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What takes too long for every push.</summary>
[TaskName("Nightly")]
[TaskDescription("Tests, verifies, fuzzes; --cuda also records every golden anew on the GPU and verifies that.")]
[IsDependentOn(typeof(TestTask))]
[IsDependentOn(typeof(VerifyTask))]
public sealed class NightlyTask : FrostingTask<BuildContext>
{
    const string FuzzMinutes = "10";

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        // A new seed each day; a failure prints the line that reproduces it.
        var seed = $"{DateTime.UtcNow:yyyyMMdd}";
        context.Harness("fuzz", "--seed", seed, "--minutes", FuzzMinutes);
        if (!context.Cuda)
            return;
        var recorded = context.Artifacts.Combine("nightly").Combine(context.Goldens);
        RecordGoldensTask.Record(context, recorded);
        context.Harness("verify", recorded.FullPath, "--report", context.Reports.Combine("cuda").FullPath);
    }
}
