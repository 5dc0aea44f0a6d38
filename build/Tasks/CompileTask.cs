using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Build;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Compiles the solution.</summary>
[TaskName("Compile")]
[TaskDescription("Restores and compiles the solution.")]
public sealed class CompileTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context) =>
        context.DotNetBuild(context.Solution.FullPath, new DotNetBuildSettings
        {
            Configuration = context.BuildConfiguration,
            NoLogo = true,
            MSBuildSettings = context.CompileOnly(),
        });
}
