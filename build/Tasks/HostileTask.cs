using System.Globalization;
using System.Security.Cryptography;
using Cake.Common.Diagnostics;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Damaged files of every kind that a command reads, for a set time.</summary>
[TaskName("Hostile")]
[TaskDescription(
    "Damages files of every kind that is read and demands an answer or one line, in bounds of memory and time; what "
    + "fails is left in artifacts/fuzz/hostile.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class HostileTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => context.Does(3);

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        double minutes = double.Parse(context.FuzzMinutes ?? "10", CultureInfo.InvariantCulture);
        // Each night other damage; the log says which.
        string seed = context.FuzzSeed
            ?? RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture);
        context.Information("hostile: --fuzz-seed={0} --fuzz-minutes={1}", seed, minutes);
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("hostile").Append(seed)
            .Append(Math.Ceiling(minutes * 60).ToString(CultureInfo.InvariantCulture));
        context.DotNetRun("tests/Harness.Tests/Harness.Tests.csproj", arguments,
            new DotNetRunSettings { Configuration = context.BuildConfiguration, NoBuild = true });
    }
}
