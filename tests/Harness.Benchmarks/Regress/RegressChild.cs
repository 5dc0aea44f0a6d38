using System.Globalization;
using Harness.Benchmarks.Peers;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Reference.Native;
using TorchSharp;

namespace Harness.Benchmarks.Regress;

/// <summary>Processes of their own that measure one subject.</summary>
static class RegressChild
{
    /// <summary>The verb of <see cref="Ratios"/>.</summary>
    public const string RatiosVerb = "regress-ratios";

    /// <summary>The verb of <see cref="Inferences"/>.</summary>
    public const string InferencesVerb = "regress-inferences";

    /// <summary>The exit code of <see cref="Ratios"/> when there is nothing worth timing.</summary>
    public const int ResultsDiffer = 1;

    const string LayerPrefix = "layer:";

    /// <summary>The subjects of the gate.</summary>
    public static readonly string[] Subjects =
    [
        "resnet18", "resnet50", "mobilenet_v2", "efficientnet_b0", "convnext_tiny",
        $"{LayerPrefix}3x3 64@56", $"{LayerPrefix}3x3 256@14", $"{LayerPrefix}1x1 64@56", $"{LayerPrefix}1x1 512@7",
        $"{LayerPrefix}depthwise 3x3 128@28", $"{LayerPrefix}depthwise 5x5 256@14",
    ];

    /// <summary>A model, or <c>layer:</c> and the name of one of <see cref="LayerSet"/>.</summary>
    public static Subject Open(string name) => name.StartsWith(LayerPrefix, StringComparison.Ordinal)
        ? LayerSet.Subjects().FirstOrDefault(layer => layer.Name == name[LayerPrefix.Length..])
            ?? throw new ModelException(new Finding(Codes.BadUsage, name,
                $"'{name}' is no known layer; known are " +
                $"{string.Join(", ", LayerSet.Subjects().Select(layer => layer.Name))}"))
        : Subject.Open(name);

    /// <summary>Prints a line for each ratio, <c>name median spread</c>; <see cref="ResultsDiffer"/> when they
    /// do.</summary>
    /// <param name="words">Subject, threads, seconds.</param>
    public static int Ratios(string[] words)
    {
        int threads = int.Parse(words[1], CultureInfo.InvariantCulture);
        TorchLibrary.Load();
        torch.set_num_threads(threads);
        using var subject = Open(words[0]);
        var match = new Match(threads, double.Parse(words[2], CultureInfo.InvariantCulture), Console.Error);
        var result = match.Run(subject, ["harness", Yardstick.OnnxRuntime, Yardstick.LibTorch]);
        if (!result.Agree || result.Timings["harness"] is not { } own) return ResultsDiffer;
        // A round's own peak: the mean of those before and after it.
        Print(Yardstick.Fma, own.RoundsMs.Select((ms, round) =>
            ms * (result.PeakGflops[round] + result.PeakGflops[round + 1]) / 2 / (result.Gflop * 1e3)));
        foreach (string peer in new[] { Yardstick.OnnxRuntime, Yardstick.LibTorch })
            if (result.Timings[peer] is { } other)
                Print(peer, own.RoundsMs.Zip(other.RoundsMs, (ours, theirs) => ours / theirs));
        return 0;
    }

    /// <summary>Runs a subject so many times.</summary>
    /// <param name="words">Subject, threads, count.</param>
    public static int Inferences(string[] words)
    {
        using var subject = Open(words[0]);
        var options = new PlanOptions { Threads = int.Parse(words[1], CultureInfo.InvariantCulture) };
        using var contestant = new HarnessContestant<float>(subject, options);
        for (int left = int.Parse(words[2], CultureInfo.InvariantCulture); left > 0; left--) contestant.Run();
        return 0;
    }

    static void Print(string yardstick, IEnumerable<double> rounds)
    {
        var measured = Measured.Of([.. rounds]);
        Console.Out.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{yardstick} {measured.Median:R} {measured.Spread:R}"));
    }
}
