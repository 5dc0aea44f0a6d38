using System.Runtime.InteropServices;
using Cake.Common;
using Cake.Common.Diagnostics;
using Cake.Common.IO;
using Cake.Common.Tools.DotNet;
using Cake.Common.Tools.DotNet.MSBuild;
using Cake.Common.Tools.DotNet.Pack;
using Cake.Common.Tools.DotNet.Publish;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Packs every project of src.</summary>
[TaskName("Pack")]
[TaskDescription("Packs what ships into artifacts/packages.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class PackTask : FrostingTask<BuildContext>
{
    // Bytes; every machine that restores downloads the gate.
    const long MostOfTheGate = 20_000_000;

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        context.CleanDirectory(context.Packages);
        var published = PublishCommand(context);
        var projects = context.GetFiles("src/*/*.csproj").OrderBy(project => project.FullPath, StringComparer.Ordinal);
        foreach (var project in projects)
            Pack(context, project, published, CommitTime(context));
        if (context.Tag is { } tag && context.GetFiles($"{context.Packages}/Harness.Cli.{tag[1..]}.nupkg").Count == 0)
            throw new CakeException(2,
                $"--tag is {tag}, and {context.Packages} holds packages of another version: VersionPrefix in " +
                "Directory.Build.props, and the tag, must say the same");
    }

    // A process that verifies lives for a second or less: code compiled ahead saves a third of that. The package holds
    // the same command for any platform besides.
    static DirectoryPath PublishCommand(BuildContext context)
    {
        // Absolute: a project takes a relative path for one of its own.
        var artifacts = context.Artifacts.MakeAbsolute(context.Environment);
        var folder = artifacts.Combine("harness");
        context.CleanDirectory(folder);
        foreach (var platform in context.Platforms ?? [RuntimeInformation.RuntimeIdentifier])
            context.DotNetPublish("src/Harness.Cli/Harness.Cli.csproj", new DotNetPublishSettings
            {
                Configuration = context.BuildConfiguration,
                Runtime = platform,
                SelfContained = false,
                PublishReadyToRun = true,
                OutputDirectory = folder.Combine(platform),
                NoLogo = true,
                MSBuildSettings = context.CompileOnly()
                    .WithProperty("UseAppHost", "false")
                    .WithProperty("LockFolder", artifacts.Combine("lock").FullPath),
            });
        return folder;
    }

    // What every file of a package is dated: the same sources make the same bytes. Null without git.
    static string? CommitTime(BuildContext context)
    {
        var settings = new ProcessSettings
        {
            Arguments = "log -1 --format=%ct",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return context.StartProcess("git", settings, out var lines) == 0 ? lines.SingleOrDefault() : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or CakeException)
        {
            return null;
        }
    }

    // One after the other: the gate's package holds the command, which is published into one folder meanwhile.
    static void Pack(BuildContext context, FilePath project, DirectoryPath published, string? time)
    {
        var settings = context.CompileOnly().WithProperty("HarnessPublished", published.FullPath);
        if (time is not null)
            settings = settings.WithProperty("DeterministicTimestamp", time);
        context.DotNetPack(project.FullPath, new DotNetPackSettings
        {
            Configuration = context.BuildConfiguration,
            NoBuild = true,
            NoLogo = true,
            MSBuildSettings = settings,
        });
        var name = project.GetFilenameWithoutExtension();
        var package = context.GetFiles($"{context.Packages}/{name}.*.nupkg").FirstOrDefault()
            ?? throw new CakeException($"{project} left no package in {context.Packages}");
        var bytes = context.FileSystem.GetFile(package).Length;
        context.Information($"{package.GetFilename()}: {bytes / 1e6:0.0} MB");
        if (name.ToString() is "Harness.MSBuild" && bytes > MostOfTheGate)
            throw new CakeException(
                $"{package.GetFilename()} holds {bytes / 1e6:0.0} MB, at most {MostOfTheGate / 1e6:0} MB are " +
                "allowed: pack for fewer platforms");
    }
}
