using Cake.Common.Diagnostics;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What takes too long for every push. A step that fails stops none of the others: a night comes once a
/// day.</summary>
[TaskName("Nightly")]
[TaskDescription(
    "Verifies on both runners, tests, mutates, fuzzes graphs and files, holds speed to what is checked in, records "
    + "every golden anew into a scratch folder and compares; with --cuda on the GPU, and verifies that.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class NightlyTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        (string Name, bool Runs, Action Work)[] steps =
        [
            Step(context, new VerifyTask()),
            Step(context, new VerifyTorchTask()),
            ("Test", new TestTask().ShouldRun(context), () => TestOfNight(context)),
            Step(context, new MutateTask()),
            ("Speed", context.Does(2), () => HoldSpeed(context)),
            ("RecordGoldens", BuildContext.HasTorch,
                () => RecordGoldensTask.RecordElsewhere(context, context.Recorded)),
            ("CompareGoldens", BuildContext.HasTorch, () => CompareGoldensTask.Compare(context)),
            ("Verify what was recorded", context.Cuda, () => context.Harness(
                ["verify", context.Recorded.FullPath, "--report", context.Reports.Combine("recorded-cuda").FullPath])),
            Step(context, new FuzzTask()),
            Step(context, new HostileTask()),
        ];
        var failed = new List<(string Name, Exception Why)>();
        foreach (var (name, runs, work) in steps)
        {
            context.Information($"{name}: {(runs ? "begins" : "not in this shard, or not on this platform")}");
            try
            {
                if (runs)
                    work();
            }
            // A program that cannot be started, a full disk, a golden.json that is none: the others still run.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                context.Error($"{name}: {(e is CakeException ? e.Message : e)}");
                failed.Add((name, e));
            }
        }
        if (failed.Count > 0)
            throw new CakeException(failed.Max(step => step.Why is CakeException e ? e.ExitCode : 1),
                $"{failed.Count} of {steps.Count(step => step.Runs)} steps failed: " +
                string.Join(", ", failed.Select(step => step.Name)));
    }

    static (string Name, bool Runs, Action Work) Step(BuildContext context, FrostingTask<BuildContext> task) =>
        (task.GetType().Name[..^"Task".Length], task.ShouldRun(context), () => task.Run(context));

    // A thousand fresh recordings, a hundred architectures and whole sweeps take minutes, and are for the night.
    static void TestOfNight(BuildContext context)
    {
        context.FreshGoldens = "1000";
        context.Architectures = "all";
        context.Sweeps = "all";
        new TestTask().Run(context);
    }

    // Passes with a clear line on a processor that no results are checked in for.
    static void HoldSpeed(BuildContext context)
    {
        var arguments = new ProcessArgumentBuilder();
        arguments.Append("regress").Append("--baseline").AppendQuoted("tests/Harness.Benchmarks/results");
        arguments.Append("--output")
            .AppendQuoted(BenchmarkTask.Results(context).CombineWithFilePath("regress.json").FullPath);
        BenchmarkTask.Measure(context, arguments, noBuild: true);
    }
}
