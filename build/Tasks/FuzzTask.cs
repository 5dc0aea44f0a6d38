using System.Globalization;
using System.Security.Cryptography;
using Cake.Common;
using Cake.Common.Diagnostics;
using Cake.Core;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Random graphs against PyTorch, for a set time.</summary>
[TaskName("Fuzz")]
[TaskDescription(
    "Holds random graphs of every operator to PyTorch for --fuzz-minutes, 10 unless said; --fuzz-seed repeats a run. "
    + "What fails is left in artifacts/fuzz.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class FuzzTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        string minutes = context.Argument("fuzz-minutes", "10");
        if (!double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit)
            || !(limit > 0))
            throw new CakeException(2, $"--fuzz-minutes is '{minutes}'; expected a number above 0");
        // Each night other cases; the log says which.
        string seed = context.Argument("fuzz-seed",
            RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture));
        context.Information("fuzz: --fuzz-seed={0} --fuzz-minutes={1}", seed, minutes);
        context.Harness(
            "fuzz", "--seed", seed, "--minutes", minutes, "--output", context.Artifacts.Combine("fuzz").FullPath);
    }
}
