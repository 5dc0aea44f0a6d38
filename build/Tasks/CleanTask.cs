using Cake.Common.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Deletes what builds leave, but for this build's own program, which is running.</summary>
[TaskName("Clean")]
[TaskDescription("Deletes artifacts/.")]
public sealed class CleanTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var settings = new DeleteDirectorySettings { Recursive = true, Force = true };
        foreach (var folder in context.GetSubDirectories(context.Artifacts))
            if (folder.GetDirectoryName() is not ("bin" or "obj"))
                context.DeleteDirectory(folder, settings);
            else
                foreach (var project in context.GetSubDirectories(folder))
                    if (project.GetDirectoryName() != "Build")
                        context.DeleteDirectory(project, settings);
    }
}
