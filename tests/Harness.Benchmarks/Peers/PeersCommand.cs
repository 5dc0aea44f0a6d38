using System.Globalization;
using System.Text.Json;
using Harness.Executor.Kernels;
using Harness.Executor.Layout;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Reference.Native;
using TorchSharp;

namespace Harness.Benchmarks.Peers;

/// <summary><c>peers</c>: whole models and single layers beside ONNX Runtime and libtorch in one process.</summary>
static class PeersCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "peers [--threads N] [--models a,b] [--seconds N] [--no-layers] [--json FILE]";

    static readonly string[] s_all =
    [
        "resnet18", "resnet50", "vgg16", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "densenet121",
        "squeezenet1_1", "shufflenet_v2_x1_0", "regnet_y_400mf", "convnext_tiny", "vit_b_16", "unet",
    ];

    /// <summary>0: all agree; 1: some result differs; 2: bad usage.</summary>
    public static int Run(string[] words)
    {
        int threads = 1;
        double seconds = 15;
        string? json = null;
        string[] models = s_all;
        bool layers = true;
        for (int i = 0; i < words.Length; i++)
        {
            string? next = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--threads" when int.TryParse(next, CultureInfo.InvariantCulture, out threads) && threads > 0: i++; break;
                case "--seconds" when double.TryParse(next, CultureInfo.InvariantCulture, out seconds) && seconds >= 0: i++; break;
                case "--json" when next is not null: json = next; i++; break;
                case "--models" when next is not null: models = next.Split(',', StringSplitOptions.RemoveEmptyEntries); i++; break;
                case "--no-layers": layers = false; break;
                default:
                    Console.Error.WriteLine($"'{words[i]}' is unknown here or lacks its value; usage: {Usage}");
                    return 2;
            }
        }
        TorchLibrary.Load();
        torch.set_num_threads(threads);
        double peak = FmaPeak.Measure<float>(LaneWidths.Choose(), threads);
        var match = new Match(threads, seconds, Console.Error);
        var whole = new List<MatchResult>();
        foreach (string name in models)
        {
            using var subject = Open(name);
            whole.Add(match.Run(subject, Match.Models));
            Console.Error.WriteLine(Line(whole[^1], peak));
        }
        var single = new List<MatchResult>();
        foreach (var subject in layers ? LayerSet.Subjects() : [])
        {
            using (subject) single.Add(new Match(threads, seconds / 10, Console.Error).Run(subject, Match.Layers));
            Console.Error.WriteLine(Line(single[^1], peak));
        }
        // The clock may have changed since; a share of peak refers to the best this run saw.
        peak = Math.Max(peak, FmaPeak.Measure<float>(LaneWidths.Choose(), threads));
        if (json is not null)
        {
            using var file = File.Create(json);
            Write(file, threads, peak, whole, single);
        }
        Console.Out.Write(PeersTable.Of(whole, single, threads, peak));
        return whole.Concat(single).All(result => result.Agree) ? 0 : 1;
    }

    // A name without a path is an architecture with seeded weights.
    static Subject Open(string model)
    {
        bool file = File.Exists(model);
        string name = !file ? model.Replace("arch:", "", StringComparison.Ordinal)
            : Path.GetFileNameWithoutExtension(model) is var stem and not "model" ? stem
            : Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model)))!;
        var torch = file ? ModelFile.Open(model) : ModelFile.Open($"arch:{name}", "seed:0");
        return Subject.Of(name, torch, InputShapes.Infer(torch, square: true));
    }

    static string Line(MatchResult result, double peak) => string.Create(CultureInfo.InvariantCulture,
        $"{result.Name,-22} {result.Gflop,7:F3} GFLOP  ") + string.Join("  ", result.Timings.Select(pair => pair.Value is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {time.MedianMs:F3}")
            : $"{pair.Key} -")) + (result.Timings["harness"] is { } own
            ? string.Create(CultureInfo.InvariantCulture, $"  ({result.Gflop / own.MedianMs * 1e3 / peak:P0} of peak)")
            : "");

    static void Write(Stream file, int threads, double peak, List<MatchResult> models, List<MatchResult> layers)
    {
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNumber("threads", threads);
        json.WriteNumber("fmaPeakGflops", Math.Round(peak, 2));
        json.WriteStartArray("models");
        foreach (var result in models)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            WriteShape(json, result.InputShapes);
            json.WriteNumber("gflop", Math.Round(result.Gflop, 4));
            json.WriteBoolean("agree", result.Agree);
            WriteTimings(json, result.Timings);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("layers");
        foreach (var result in layers)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            WriteTimings(json, result.Timings);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // One input, as nearly every model has, is a plain list of extents.
    static void WriteShape(Utf8JsonWriter json, Shape[] shapes)
    {
        json.WritePropertyName("inputShape");
        string[] texts = [.. shapes.Select(shape => $"[{string.Join(", ", shape)}]")];
        json.WriteRawValue(texts is [var only] ? only : $"[{string.Join(", ", texts)}]");
    }

    static void WriteTimings(Utf8JsonWriter json, Dictionary<string, Timing?> timings)
    {
        foreach (var (name, timing) in timings)
        {
            if (timing is null)
            {
                json.WriteNull(name);
                continue;
            }
            json.WriteStartObject(name);
            json.WriteNumber("medianMs", Math.Round(timing.MedianMs, 4));
            json.WriteNumber("minMs", Math.Round(timing.MinMs, 4));
            json.WriteEndObject();
        }
    }
}
