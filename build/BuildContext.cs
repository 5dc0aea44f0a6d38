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
        VersionSuffix = context.Argument<string?>("version-suffix", null);
        if (VersionSuffix is not null && !SuffixPattern().IsMatch(VersionSuffix))
            throw new CakeException(2, $"--version-suffix is '{VersionSuffix}'; expected words such as ci.42");
        Platforms = context.Argument<string?>("platforms", null)?.Split(',');
        if (Platforms?.FirstOrDefault(name => !PlatformPattern().IsMatch(name)) is { } odd)
            throw new CakeException(2, $"--platforms names '{odd}'; expected names such as linux-x64,win-x64");
    }

    /// <summary>The solution; the working directory is the repository's root.</summary>
    public FilePath Solution { get; } = "Harness.sln";

    /// <summary><c>--configuration</c>, Release unless said.</summary>
    public string BuildConfiguration { get; }

    /// <summary><c>--cuda</c>: record on the GPU.</summary>
    public bool Cuda { get; }

    /// <summary><c>--shard i/n</c>: verify one part of the goldens.</summary>
    public string? Shard { get; }

    /// <summary><c>--version-suffix ci.42</c>: a version that is no release; null for one.</summary>
    public string? VersionSuffix { get; }

    /// <summary><c>--platforms linux-x64,win-x64</c>: what the packed command is compiled ahead for; null for this
    /// machine.</summary>
    public IReadOnlyList<string>? Platforms { get; }

    /// <summary>True where packages are made before the tests, which then hold them as well.</summary>
    public bool Packs { get; set; }

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
    public DirectoryPath Packages => Artifacts.Combine("packages");

    /// <summary>The folder under each project's output that holds this configuration.</summary>
#pragma warning disable CA1308 // Normalize strings to uppercase: the artifacts layout is lower case.
    string OutputFolder => BuildConfiguration.ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>What a build is told: compiling the solution verifies the goldens as well, unless a task does that
    /// anyway. Once a run is enough. And the version, which packages and their references to each other agree
    /// in.</summary>
    public DotNetMSBuildSettings CompileOnly()
    {
        var settings = new DotNetMSBuildSettings();
        if (VersionSuffix is not null)
            settings = settings.WithProperty("VersionSuffix", VersionSuffix);
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

    [GeneratedRegex("^[0-9A-Za-z-]+([.][0-9A-Za-z-]+)*$")]
    private static partial Regex SuffixPattern();

    [GeneratedRegex("^[a-z0-9.]+(-[a-z0-9]+)+$")]
    private static partial Regex PlatformPattern();
}
