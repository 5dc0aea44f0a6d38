using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Damages the goldens' models, one fault at a time, and counts what the gate catches.</summary>
[TaskName("Mutate")]
[TaskDescription(
    "Holds damaged models to their goldens and writes docs/mutation.md; a fault that is missed fails.")]
public sealed class MutateTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => context.IsFirst;

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("mutate");
        if (context.Most is { } most) arguments.Append(most);
        context.DotNetRun("tests/Harness.Tests/Harness.Tests.csproj", arguments,
            new DotNetRunSettings { Configuration = context.BuildConfiguration });
    }
}
