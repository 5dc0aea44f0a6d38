using Cake.Common.IO;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Measures.</summary>
[TaskName("Benchmark")]
[TaskDescription("Runs tests/Harness.Benchmarks; --benchmark='--filter *' passes arguments on.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class BenchmarkTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        FilePath project = "tests/Harness.Benchmarks/Harness.Benchmarks.csproj";
        if (!context.FileExists(project))
            throw new CakeException($"{project} does not exist yet; there is nothing to measure");
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("--artifacts").AppendQuoted(context.Artifacts.Combine("benchmarks").FullPath);
        arguments.Append(context.Arguments.GetArgument("benchmark") ?? "--filter *");
        // Debug kernels are optimized too, but the harness around them is not.
        context.DotNetRun(project.FullPath, arguments, new DotNetRunSettings { Configuration = "Release" });
    }
}
