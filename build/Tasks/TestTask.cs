using Cake.Common.Diagnostics;
using Cake.Common.IO;
using Cake.Common.Solution;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Test;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs all tests as the README says, and counts them.</summary>
[TaskName("Test")]
[TaskDescription("Runs `dotnet test Harness.sln`; the closing line is the sum over all test projects.")]
public sealed class TestTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var projects = context.ParseSolution(context.Solution).Projects
            .Select(project => project.Path)
            .Where(path => path.GetExtension() == ".csproj"
                && File.ReadAllText(path.FullPath).Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal))
            .ToList();
        RunTests(context, context.Solution, projects);
    }

    /// <summary>Tests a solution or project, and fails unless every project ran tests and all of them passed.</summary>
    internal static void RunTests(BuildContext context, FilePath target, IReadOnlyCollection<FilePath> projects)
    {
        var name = target.GetFilenameWithoutExtension().ToString();
        var results = context.Artifacts.Combine("test-results").Combine(name);
        context.CleanDirectory(results);
        var exitCode = 0;
        context.DotNetTest(target.FullPath, new DotNetTestSettings
        {
            Loggers = ["trx"],
            ResultsDirectory = results,
            // Counted first, judged below.
            HandleExitCode = code =>
            {
                exitCode = code;
                return true;
            },
        });
        var trouble = context.Totals.Add(results.FullPath,
            projects.Select(project => project.GetFilenameWithoutExtension().ToString()));
        foreach (var line in trouble)
            context.Error(line);
        if (exitCode != 0 || context.Totals.Failed > 0)
            throw new CakeException(exitCode == 0 ? 1 : exitCode, $"tests failed: {context.Totals}");
    }
}
