using System.Globalization;
using Harness.Benchmarks.Nets;
using Harness.Reference.Native;
using TorchSharp;

namespace Harness.Benchmarks.Peers;

/// <summary><c>peers</c>: whole models and single layers beside ONNX Runtime and libtorch in one process.</summary>
static class PeersCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage =
        "peers [--threads N] [--models a,b] [--contestants harness,a,b] [--seconds N] " +
        "[--no-layers | --layers-only | --peak-only] " +
        "[--json FILE] [--markdown FILE] [--processor-time]";

    static readonly string[] s_all =
    [
        "resnet18", "resnet50", "vgg16", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "densenet121",
        "squeezenet1_1", "shufflenet_v2_x1_0", "regnet_y_400mf", "convnext_tiny", "vit_b_16", "swin_t", "unet",
        .. NetSet.Names,
    ];

    /// <summary>0: all agree; 1: some result differs; 2: bad usage.</summary>
    public static int Run(string[] words)
    {
        int threads = 1;
        double seconds = 15;
        string? json = null, markdown = null;
        string[] models = s_all, contestants = Match.Models;
        bool whole = true, layers = true, peakOnly = false, processor = false;
        for (int i = 0; i < words.Length; i++)
        {
            string? next = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--threads" when int.TryParse(next, CultureInfo.InvariantCulture, out threads)
                    && threads > 0: i++; break;
                case "--seconds" when double.TryParse(next, CultureInfo.InvariantCulture, out seconds)
                    && seconds >= 0: i++; break;
                case "--json" when next is not null: json = next; i++; break;
                case "--markdown" when next is not null: markdown = next; i++; break;
                case "--models" when next is not null: models =
                    next.Split(',', StringSplitOptions.RemoveEmptyEntries); i++; break;
                case "--contestants" when next?.Split(',') is { } some && some.Contains("harness")
                    && some.All(Match.Models.Contains): contestants = some; i++; break;
                case "--no-layers": layers = false; break;
                case "--layers-only": whole = false; break;
                case "--processor-time": processor = true; break;
                case "--peak-only": (whole, layers, peakOnly) = (false, false, true); break;
                default:
                    Console.Error.WriteLine($"'{words[i]}' is unknown here or lacks its value; usage: {Usage}");
                    return 2;
            }
        }
        var report = new PeersReport(Machine.Here(), threads, [], [], [Match.Peak(threads)]);
        if (!peakOnly)
        {
            TorchLibrary.Load();
            torch.set_num_threads(threads);
        }
        foreach (string name in whole ? models : [])
        {
            using var subject = Subject.Open(name);
            report.Models.Add(new Match(threads, seconds, Console.Error, processor).Run(subject, contestants));
            Console.Error.WriteLine(Line(report.Models[^1]));
        }
        foreach (var subject in layers ? LayerSet.Subjects() : [])
        {
            using (subject)
                report.Layers.Add(
                    new Match(threads, seconds / 10, Console.Error, processor).Run(subject, Match.Layers));
            Console.Error.WriteLine(Line(report.Layers[^1]));
        }
        report.PeakGflops.Add(Match.Peak(threads));
        if (json is not null) JsonText.Save(json, PeersJson.Of(report));
        string table = PeersTable.Of(report);
        if (markdown is not null) JsonText.Save(markdown, table);
        Console.Out.Write(table);
        return report.Models.Concat(report.Layers).All(result => result.Agree) ? 0 : 1;
    }

    static string Line(MatchResult result) => string.Create(CultureInfo.InvariantCulture,
        $"{result.Name,-22} {result.Gflop,7:F3} GFLOP  ")
            + string.Join("  ", result.Timings.Select(pair => pair.Value is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {time.MedianMs:F3}")
            : $"{pair.Key} -")) + (result.Timings["harness"] is not null
            ? string.Create(CultureInfo.InvariantCulture, $"  ({100 * result.Share("harness"):F0} % of peak)")
            : "");
}
