using Cake.Common;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build;

/// <summary>Notes what will run, before anything can fail: whether the closing line is wanted, and what compiling need
/// not do. All projects are compiled by one process, which compiles its analyzers once: half the time.</summary>
public sealed class BuildLifetime : FrostingLifetime<BuildContext>
{
    const string OneCompiler = "UseSharedCompilation";

    bool _isForbidden;

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
        _isForbidden = bool.TryParse(Environment.GetEnvironmentVariable(OneCompiler), out bool shared) && !shared;
        Environment.SetEnvironmentVariable(OneCompiler, "true");
    }

    /// <inheritdoc/>
    public override void Teardown(BuildContext context, ITeardownContext info)
    {
        // Where one that stays is not wanted, none does.
        if (_isForbidden)
            context.StartProcess("dotnet", new ProcessSettings
            {
                Arguments = "build-server shutdown --vbcscompiler",
                RedirectStandardOutput = true,
            });
    }
}
