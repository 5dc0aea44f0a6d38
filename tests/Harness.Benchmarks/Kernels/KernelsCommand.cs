using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Harness.Benchmarks.Kernels;

/// <summary><c>kernels</c>: single kernels under BenchmarkDotNet, one class a kernel.</summary>
static class KernelsCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "kernels [--dry] [--filter *Conv*] [options of BenchmarkDotNet]";

    static readonly Type[] s_benches =
    [
        typeof(ConvBench<>), typeof(DepthwiseBench<>), typeof(GemmBench<>), typeof(LayerNormBench<>),
        typeof(MapBench<>), typeof(MatMulBench<>),
        typeof(SoftmaxBench<>), typeof(WinogradBench<>),
    ];

    /// <summary>0: every case ran; 1: one did not, or none was chosen.</summary>
    /// <param name="words"><c>--dry</c> runs each case once, to see that it runs; everything else is
    /// BenchmarkDotNet's.</param>
    public static int Run(string[] words)
    {
        bool dry = words.Contains("--dry");
        string[] rest = [.. words.Where(word => word != "--dry")];
        if (!rest.Any(word => word is "--filter" or "-f" or "--list" or "--help" or "--anyCategories"
            or "--allCategories"))
            rest = [.. rest, "--filter", "*"];
        // In this process: the other toolchains build projects, which needs an SDK and a feed.
        var job = (dry ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        // A dry run says nothing worth reading unless it fails.
        var log = new AccumulationLogger();
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(dry ? log : ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(StatisticColumn.Median, WorkColumn.Speed, WorkColumn.Share)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full);
        if (dry) config = config.WithOptions(ConfigOptions.DisableOptimizationsValidator);
        var summaries = BenchmarkSwitcher.FromTypes(s_benches).Run(rest, config).ToArray();
        if (rest.Any(word => word is "--list" or "--help"))
        {
            Console.Out.Write(log.GetLog());
            return 0;
        }
        int cases = summaries.Sum(summary => summary.BenchmarksCases.Length);
        int ran = summaries.Sum(summary => summary.Reports.Count(report => report.Success));
        bool fine = cases > 0 && ran == cases && !summaries.Any(summary => summary.HasCriticalValidationErrors);
        if (!fine) Console.Error.Write(log.GetLog());
        (fine ? Console.Out : Console.Error).WriteLine($"kernels: {ran} of {cases} cases ran");
        return fine ? 0 : 1;
    }
}
