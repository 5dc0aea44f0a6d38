using Cake.Common.Diagnostics;
using Cake.Common.IO;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Pack;
using Cake.Core;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Packs the projects that say they are packable.</summary>
[TaskName("Pack")]
[TaskDescription("Packs what ships into artifacts/package.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class PackTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        context.CleanDirectory(context.Packages);
        context.DotNetPack(context.Solution.FullPath, new DotNetPackSettings
        {
            Configuration = context.BuildConfiguration,
            NoBuild = true,
            NoLogo = true,
        });
        var packages = context.GetFiles($"{context.Packages}/*.nupkg");
        if (packages.Count == 0)
            throw new CakeException("nothing was packed: no project of the solution sets IsPackable to true");
        foreach (var package in packages)
            context.Information(package.FullPath);
    }
}
