using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Tests the packages as a user meets them.</summary>
[TaskName("TestPackages")]
[TaskDescription("Packs, scaffolds projects on the packages outside the repository, builds them, reads their codes.")]
[IsDependentOn(typeof(PackTask))]
public sealed class TestPackagesTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        FilePath project = "tests/Harness.MSBuild.Tests/Harness.MSBuild.Tests.csproj";
        // With --exclusive, those of an earlier run: skipping all would be a green that tested nothing.
        context.Packs = true;
        const string Filter = "FullyQualifiedName~MSBuild.Tests.Packages";
        TestTask.RunTests(context, project, [project], Filter);
    }
}
