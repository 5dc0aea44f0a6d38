using System.Globalization;
using System.Security.Cryptography;
using Cake.Common.Diagnostics;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Random graphs against PyTorch, for a set time.</summary>
[TaskName("Fuzz")]
[TaskDescription(
    "Holds random graphs of every operator to PyTorch for a set time; what fails is left in artifacts/fuzz.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class FuzzTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => BuildContext.HasTorch;

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        string minutes = context.FuzzMinutes ?? "10";
        // Each night other cases; the log says which.
        string seed = context.FuzzSeed
            ?? RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture);
        context.Information("fuzz: --fuzz-seed={0} --fuzz-minutes={1}", seed, minutes);
        context.Harness(
            "fuzz", "--seed", seed, "--minutes", minutes, "--output", context.Artifacts.Combine("fuzz").FullPath);
    }
}
