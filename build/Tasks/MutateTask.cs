using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Run;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Damages the goldens' models, and makes mistakes in the code, one at a time, and counts what the gate
/// catches.</summary>
[TaskName("Mutate")]
[TaskDescription(
    "Holds damaged models, and a command with mistakes in it, to the goldens and writes docs/mutation.md; a fault " +
    "that is missed fails. Takes an hour or more.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class MutateTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        if (context.Does(1))
        {
            var most = context.Most;
            Mutate(context, most is null ? [] : [most]);
        }
        Mutate(context, context.Shard is { } part ? ["code", part] : ["code"]);
    }

    /// <summary>Runs <c>mutate</c> of the test assembly that was compiled before.</summary>
    internal static void Mutate(BuildContext context, params ReadOnlySpan<string> words)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("mutate");
        foreach (var word in words) arguments.Append(word);
        context.DotNetRun("tests/Harness.Tests/Harness.Tests.csproj", arguments,
            new DotNetRunSettings { Configuration = context.BuildConfiguration, NoBuild = true });
    }
}
