using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Measures.</summary>
[TaskName("Benchmark")]
[TaskDescription("Runs tests/Harness.Benchmarks.")]
public sealed class BenchmarkTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append(context.Benchmark ?? $"kernels --artifacts {Results(context)}");
        Measure(context, arguments, noBuild: false);
    }

    /// <summary>Where measurements land.</summary>
    internal static DirectoryPath Results(BuildContext context) => context.Artifacts.Combine("benchmarks");

    /// <summary>Runs one verb; a non-zero exit code becomes the build's.</summary>
    /// <param name="context">The build.</param>
    /// <param name="arguments">The verb and its words.</param>
    /// <param name="noBuild">True where the Compile task ran before.</param>
    internal static void Measure(BuildContext context, ProcessArgumentBuilder arguments, bool noBuild) =>
        context.DotNetRun(
            "tests/Harness.Benchmarks/Harness.Benchmarks.csproj", arguments,
            new DotNetRunSettings { Configuration = context.BuildConfiguration, NoBuild = noBuild });
}
