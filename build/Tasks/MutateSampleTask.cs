using Cake.Frosting;

namespace Build.Tasks;

/// <summary>A few mistakes in the code, others with every commit: so that a gate that sees nothing any more is not
/// found out by night alone.</summary>
[TaskName("MutateSample")]
[TaskDescription("Makes two mistakes in copies of the command, one at a time; one that the gate misses fails.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class MutateSampleTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => context.IsFirst;

    /// <inheritdoc/>
    public override void Run(BuildContext context) => MutateTask.Mutate(context, "code", "2");
}
