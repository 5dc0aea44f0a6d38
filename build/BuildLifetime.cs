using Cake.Core;
using Cake.Frosting;

namespace Build;

/// <summary>Notes what will run, before anything can fail: whether the closing line is wanted, and what compiling need
/// not do.</summary>
public sealed class BuildLifetime : FrostingLifetime<BuildContext>
{
    /// <inheritdoc/>
    public override void Setup(BuildContext context, ISetupContext info)
    {
        var tasks = info.TasksToExecute.Select(task => task.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // A night runs these itself.
        var nightly = tasks.Contains("Nightly");
        context.Totals.Wanted = ((tasks.Contains("Test") || nightly) && context.IsFirst)
            || tasks.Contains("TestPackages");
        context.Verifies = tasks.Contains("Verify") || nightly;
        context.Packs = tasks.Contains("Pack");
    }

    /// <inheritdoc/>
    public override void Teardown(BuildContext context, ITeardownContext info)
    {
    }
}
