using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs every benchmark of a kernel once, so that they keep compiling and running; times nothing.</summary>
[TaskName("BenchmarkDry")]
[TaskDescription("Runs every kernel's benchmark once; fails when one does not run.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class BenchmarkDryTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("kernels").Append("--dry");
        arguments.Append("--artifacts").AppendQuoted(BenchmarkTask.Results(context).Combine("dry").FullPath);
        BenchmarkTask.Measure(context, arguments, noBuild: true);
    }
}
