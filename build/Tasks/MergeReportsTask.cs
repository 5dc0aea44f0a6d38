using Build.Arguments;
using Cake.Common.Diagnostics;
using Cake.Common.IO;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Makes one set of reports of those of all shards, for each device that they ran on.</summary>
[TaskName("MergeReports")]
[TaskDescription("Merges the reports of all shards in --reports=DIR, one folder each, into artifacts/reports.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class MergeReportsTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        if (context.ReportsOfShards is not { } folder)
            throw new CakeException(2, "--reports is missing; expected the folder that holds a folder for each shard");
        var root = new DirectoryPath(folder).MakeAbsolute(context.Environment);
        // Reports of a device lie in a folder of its name below the shard's; those of this process in the shard's own.
        var all = context.GetFiles($"{root}/*/**/parity.json").Select(file => file.GetDirectory()).ToList();
        // A shard that was run again has a folder an attempt, of which the last counts.
        var newest = Attempts.Newest(all.Select(ShardOf));
        var devices = all.Where(reports => newest.Contains(ShardOf(reports)))
            .GroupBy(reports => string.Join('/', root.GetRelativePath(reports).Segments.Skip(1)))
            .OrderBy(device => device.Key, StringComparer.Ordinal)
            .ToList();
        if (devices.Count == 0)
            throw new CakeException(2, $"--reports is {folder}, and no folder in it holds a parity.json");
        // One that is red, or lacks a shard, hides none of the others.
        CakeException? worst = null;
        foreach (var device in devices)
            try
            {
                context.Harness([
                    "report", "merge", .. device.Select(reports => reports.FullPath).Order(StringComparer.Ordinal),
                    "--output", context.Reports.Combine(device.Key).FullPath,
                    "--format", "html,json,junit,markdown,sarif",
                ]);
            }
            catch (CakeException e)
            {
                context.Error(e.Message);
                worst = worst is null || e.ExitCode > worst.ExitCode ? e : worst;
            }
        if (worst is not null)
            throw worst;

        string ShardOf(DirectoryPath reports) => root.GetRelativePath(reports).Segments[0];
    }
}
