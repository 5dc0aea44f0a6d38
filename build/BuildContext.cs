using System.Text.RegularExpressions;
using Cake.Common;
using Cake.Common.Tools.DotNet.MSBuild;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build;

/// <summary>The arguments of the build, and where things are.</summary>
public sealed partial class BuildContext : FrostingContext
{
    /// <summary>Reads the arguments.</summary>
    public BuildContext(ICakeContext context, TestTotals totals) : base(context)
    {
        Totals = totals;
        BuildConfiguration = context.Argument("configuration", "Release");
        Cuda = context.HasArgument("cuda");
        Shard = context.Argument<string?>("shard", null);
        if (Shard is not null && !ShardPattern().IsMatch(Shard))
            throw new CakeException(2, $"--shard is '{Shard}'; expected i/n, such as 1/4");
    }

    /// <summary>The solution; the working directory is the repository's root.</summary>
    public FilePath Solution { get; } = "Harness.sln";

    /// <summary><c>--configuration</c>, Release unless said.</summary>
    public string BuildConfiguration { get; }

    /// <summary><c>--cuda</c>: record on the GPU.</summary>
    public bool Cuda { get; }

    /// <summary><c>--shard i/n</c>: verify one part of the goldens.</summary>
    public string? Shard { get; }

    /// <summary>True where the goldens are verified by a task of their own.</summary>
    public bool Verifies { get; set; }

    /// <summary>The tests counted so far.</summary>
    public TestTotals Totals { get; }

    /// <summary>Everything that is made.</summary>
    public DirectoryPath Artifacts { get; } = "artifacts";

    /// <summary>The recorded goldens.</summary>
    public DirectoryPath Goldens { get; } = "golden";

    /// <summary>What verification writes.</summary>
    public DirectoryPath Reports => Artifacts.Combine("reports");

    /// <summary>Where packages land.</summary>
    public DirectoryPath Packages => Artifacts.Combine("package").Combine(OutputFolder);

    /// <summary>The folder under each project's output that holds this configuration.</summary>
#pragma warning disable CA1308 // Normalize strings to uppercase: the artifacts layout is lower case.
    string OutputFolder => BuildConfiguration.ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>What a build is told: compiling the solution verifies the goldens as well, unless a task does that
    /// anyway. Once a run is enough.</summary>
    public DotNetMSBuildSettings CompileOnly()
    {
        var settings = new DotNetMSBuildSettings();
        return Verifies ? settings.WithProperty("ParityEnabled", "false") : settings;
    }

    /// <summary>Runs our command line; a non-zero exit code becomes the build's.</summary>
    public void Harness(params string[] arguments)
    {
        var name = OperatingSystem.IsWindows() ? "harness.exe" : "harness";
        var tool = Artifacts.Combine("bin/Harness.Cli").Combine(OutputFolder).CombineWithFilePath(name);
        if (!this.FileSystem.Exist(tool.MakeAbsolute(Environment)))
            throw new CakeException(2, $"{tool} is missing; run the Compile task in {BuildConfiguration} first");
        var settings = new ProcessSettings { Arguments = new ProcessArgumentBuilder() };
        foreach (var argument in arguments)
            settings.Arguments.AppendQuoted(argument);
        var exitCode = this.StartProcess(tool, settings);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"harness {arguments[0]} found trouble (exit code {exitCode})");
    }

    [GeneratedRegex("^[1-9][0-9]*/[1-9][0-9]*$")]
    private static partial Regex ShardPattern();
}
