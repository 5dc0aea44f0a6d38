using Cake.Common;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Measures.</summary>
[TaskName("Benchmark")]
[TaskDescription("Runs tests/Harness.Benchmarks; --benchmark='kernels Conv' says which, kernels unless said.")]
public sealed class BenchmarkTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append(context.Argument("benchmark", "kernels"));
        context.DotNetRun(
            "tests/Harness.Benchmarks/Harness.Benchmarks.csproj", arguments,
            new DotNetRunSettings { Configuration = context.BuildConfiguration });
    }
}
