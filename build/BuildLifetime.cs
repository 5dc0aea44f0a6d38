using Cake.Core;
using Cake.Frosting;

namespace Build;

/// <summary>Notes whether the closing line is wanted, before anything can fail.</summary>
public sealed class BuildLifetime : FrostingLifetime<BuildContext>
{
    /// <inheritdoc/>
    public override void Setup(BuildContext context, ISetupContext info) =>
        context.Totals.Wanted = info.TasksToExecute.Any(task => task.Name == "Test");

    /// <inheritdoc/>
    public override void Teardown(BuildContext context, ITeardownContext info)
    {
    }
}
