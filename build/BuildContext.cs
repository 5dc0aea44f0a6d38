using System.Runtime.InteropServices;
using Build.Arguments;
using Cake.Common;
using Cake.Common.Tools.DotNet.MSBuild;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build;

/// <summary>The arguments of the build, and where things are.</summary>
public sealed class BuildContext : FrostingContext
{
    /// <summary>Creates it; the arguments were checked before Cake saw them.</summary>
    public BuildContext(ICakeContext context, TestTotals totals) : base(context)
    {
        Totals = totals;
    }

    /// <summary>The solution; the working directory is the repository's root.</summary>
    public FilePath Solution { get; } = "Harness.sln";

    /// <summary>What is compiled and run.</summary>
    public string BuildConfiguration => Value(BuildOptions.Configuration) ?? "Release";

    /// <summary>True where the GPU is taken.</summary>
    public bool Cuda => this.HasArgument(BuildOptions.Cuda.Name);

    /// <summary>i/n: one part of the goldens; null for all.</summary>
    public string? Shard => Value(BuildOptions.Shard);

    /// <summary>The words that name the part to <c>harness</c>; none for all.</summary>
    public string[] ShardWords => Shard is { } part ? ["--shard", part] : [];

    /// <summary>True in the shard that also tests, or where there are no shards.</summary>
    public bool IsFirst => Does(0);

    /// <summary>True in the shard that also does a piece of work that is not dealt by goldens, or where there are no
    /// shards.</summary>
    /// <param name="piece">Which piece, from 0.</param>
    public bool Does(int piece) => ShardWork.Falls(Shard, piece);

    /// <summary>Another folder for recorded goldens; null where none is named.</summary>
    public string? Golden => Value(BuildOptions.Golden);

    /// <summary>What verifying adds a line a case to; null for none.</summary>
    public string? History => Value(BuildOptions.History);

    /// <summary>Where the shards' reports lie.</summary>
    public string? ReportsOfShards => Value(BuildOptions.Reports);

    /// <summary>How many minutes random graphs are tried; null for the usual time.</summary>
    public string? FuzzMinutes => Value(BuildOptions.FuzzMinutes);

    /// <summary>Which random graphs; null for others in every run.</summary>
    public string? FuzzSeed => Value(BuildOptions.FuzzSeed);

    /// <summary>The tag that is released; null where none is.</summary>
    public string? Tag => Value(BuildOptions.Tag);

    /// <summary>Where goldens are recorded anew, to be compared.</summary>
    public DirectoryPath Recorded => Golden ?? Artifacts.Combine("nightly").Combine(Goldens);

    /// <summary>True on platforms that libtorch is packed for.</summary>
    public static bool HasTorch => OperatingSystem.IsMacOS()
        ? RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        : RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>ci.42: a version that is no release; null for one.</summary>
    public string? VersionSuffix => Value(BuildOptions.VersionSuffix);

    /// <summary>What the packed command is compiled ahead for; null for this machine.</summary>
    public IReadOnlyList<string>? Platforms => Value(BuildOptions.Platforms)?.Split(',');

    /// <summary>How many faults of each kind are tried a case; null for all.</summary>
    public string? Most => Value(BuildOptions.Most);

    /// <summary>The Python that has flax and jax.</summary>
    public string Python => Value(BuildOptions.Python) ?? "python3";

    /// <summary>What the benchmarks are told; null for all kernels.</summary>
    public string? Benchmark => Value(BuildOptions.Benchmark);

    /// <summary>How many small networks the tests record and verify at once; null for the tests' own number.</summary>
    public string? FreshGoldens { get; set; }

    /// <summary>Which known architectures the tests hold to torchvision's outputs; null for one of each kind.</summary>
    public string? Architectures { get; set; }

    /// <summary>Which part of their wide sweeps and random draws the tests visit; null for a fixed part.</summary>
    public string? Sweeps { get; set; }

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
        var exitCode = this.StartProcess(Tool(), Words(arguments));
        Judge(arguments, exitCode);
    }

    /// <summary>Runs our command line, and gives the lines that it answers with.</summary>
    public IReadOnlyList<string> Ask(params string[] arguments)
    {
        var settings = Words(arguments);
        settings.RedirectStandardOutput = true;
        var exitCode = this.StartProcess(Tool(), settings, out var lines);
        Judge(arguments, exitCode);
        return [.. lines];
    }

    FilePath Tool()
    {
        var name = OperatingSystem.IsWindows() ? "harness.exe" : "harness";
        var tool = Artifacts.Combine("bin/Harness.Cli").Combine(OutputFolder).CombineWithFilePath(name);
        return this.FileSystem.Exist(tool.MakeAbsolute(Environment)) ? tool
            : throw new CakeException(2, $"{tool} is missing; run the Compile task in {BuildConfiguration} first");
    }

    static ProcessSettings Words(string[] arguments)
    {
        var settings = new ProcessSettings { Arguments = new ProcessArgumentBuilder() };
        foreach (var argument in arguments)
            settings.Arguments.AppendQuoted(argument);
        return settings;
    }

    static void Judge(string[] arguments, int exitCode)
    {
        if (exitCode != 0)
            throw new CakeException(exitCode, $"harness {arguments[0]} found trouble (exit code {exitCode})");
    }

    string? Value(BuildOption option) => this.Argument<string?>(option.Name, null);
}
