using Cake.Common.Diagnostics;
using Cake.Common.IO;
using Cake.Common.Solution;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.Test;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs all tests as the README says, of what was compiled, and counts them.</summary>
[TaskName("Test")]
[TaskDescription("Runs `dotnet test Harness.sln`; the closing line is the sum over all test projects.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class TestTask : FrostingTask<BuildContext>
{
    // Bytes; compilers and small tools hold less.
    const long MemoryWorthALine = 256L << 20;

    // What records or runs models with libtorch.
    static readonly string[] s_needTorch = ["Harness.Reference.Tests", "Harness.MSBuild.Tests"];

    /// <inheritdoc/>
    public override bool ShouldRun(BuildContext context) => context.IsFirst;

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        var projects = context.ParseSolution(context.Solution).Projects
            .Select(project => project.Path)
            .Where(path => path.GetExtension() == ".csproj"
                && File.ReadAllText(path.FullPath).Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal))
            .ToList();
        if (BuildContext.HasTorch)
        {
            RunTests(context, context.Solution, projects);
            return;
        }
        foreach (var project in projects)
            if (s_needTorch.Contains(project.GetFilenameWithoutExtension().ToString()))
                context.Warning($"{project.GetFilename()} is skipped: libtorch has no build for this platform");
            else
                RunTests(context, project, [project]);
    }

    /// <summary>Tests a solution or project, and fails unless every project ran tests and all of them passed.</summary>
    /// <remarks>Tests of the packages are skipped, visibly, where none were made in the same run: what an earlier one
    /// left may be anything.</remarks>
    internal static void RunTests(
        BuildContext context, FilePath target, IReadOnlyCollection<FilePath> projects, string? filter = null)
    {
        var name = target.GetFilenameWithoutExtension().ToString();
        var results = context.Artifacts.Combine("test-results").Combine(name);
        context.CleanDirectory(results);
        var exitCode = 0;
        var packages = context.Packages.MakeAbsolute(context.Environment).FullPath;
        using var memory = new PeakMemory();
        var settings = new DotNetTestSettings
        {
            Filter = filter,
            Configuration = context.BuildConfiguration,
            NoBuild = true,
            Loggers = ["trx"],
            EnvironmentVariables = { ["HARNESS_PACKAGES"] = context.Packs ? packages : "" },
            ResultsDirectory = results,
            // Counted first, judged below.
            HandleExitCode = code =>
            {
                exitCode = code;
                return true;
            },
        };
        if (context.FreshGoldens is { } fresh)
            settings.EnvironmentVariables["HARNESS_FRESH_GOLDENS"] = fresh;
        if (context.Architectures is { } architectures)
            settings.EnvironmentVariables["HARNESS_ARCHITECTURES"] = architectures;
        if (context.Sweeps is { } sweeps)
            settings.EnvironmentVariables["HARNESS_SWEEPS"] = sweeps;
        context.DotNetTest(target.FullPath, settings);
        var trouble = context.Totals.Add(results.FullPath,
            projects.Select(project => project.GetFilenameWithoutExtension().ToString()));
        foreach (var line in trouble)
            context.Error(line);
        var peaks = memory.Stop();
        foreach (var (program, bytes) in peaks.Where(peak => peak.Bytes >= MemoryWorthALine))
            context.Information($"{program}: {bytes / 1e6:0} MB of memory at most");
        if (exitCode != 0 || context.Totals.Failed > 0)
            throw new CakeException(exitCode == 0 ? 1 : exitCode, $"tests failed: {context.Totals}");
        if (peaks is [{ Bytes: > PeakMemory.Most } most, ..])
            throw new CakeException(
                $"{most.Program} held {most.Bytes / 1e6:0} MB of memory; at most {PeakMemory.Most / 1e6:0} MB are " +
                $"allowed, " +
                "so that a laptop passes the tests: test with less, or in the class Alone's collection");
    }
}
