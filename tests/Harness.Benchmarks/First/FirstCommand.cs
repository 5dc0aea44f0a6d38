using System.Diagnostics;
using System.Globalization;
using Harness.Benchmarks.Onnx;
using Harness.Benchmarks.Peers;
using Harness.Formats;

namespace Harness.Benchmarks.First;

/// <summary><c>first</c>: how long a fresh process takes to its first result, and how much memory, beside ONNX
/// Runtime.</summary>
static class FirstCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "first [--native] [--threads N] [--times N] [--json FILE] [--markdown FILE] [MODEL...]";

    // Far above float32 rounding of deep models.
    const double Limit = 1e-4;

    /// <summary>0: all agree; 1: some result differs; 2: bad usage.</summary>
    public static int Run(string[] words)
    {
        int threads = 1, times = 11;
        string? json = null, markdown = null;
        bool native = false;
        var models = new List<string>();
        for (int i = 0; i < words.Length; i++)
        {
            string? next = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--native": native = true; break;
                case "--threads" when int.TryParse(next, CultureInfo.InvariantCulture, out threads)
                    && threads > 0: i++; break;
                case "--times" when int.TryParse(next, CultureInfo.InvariantCulture, out times)
                    && times > 0: i++; break;
                case "--json" when next is not null: json = next; i++; break;
                case "--markdown" when next is not null: markdown = next; i++; break;
                case var word when !word.StartsWith('-'): models.Add(word); break;
                default:
                    Console.Error.WriteLine($"'{words[i]}' is unknown here or lacks its value; usage: {Usage}");
                    return 2;
            }
        }
        if (models.Count == 0) models.Add("resnet50");
        string? executable = native ? NativeSample.Publish() : null;
        FirstResult[] results = [.. models.Select(model => Measure(model, threads, times, executable))];
        var machine = Machine.Here();
        if (json is not null) JsonText.Save(json, FirstResult.Json(machine, threads, results));
        string table = FirstResult.Table(machine, threads, results);
        if (markdown is not null) JsonText.Save(markdown, table);
        Console.Out.Write(table);
        return results.All(result => result.Agree) ? 0 : 1;
    }

    static FirstResult Measure(string model, int threads, int times, string? native)
    {
        var folder = Directory.CreateTempSubdirectory("harness-first-");
        try
        {
            var files = new FirstFiles(folder.FullName);
            var (name, parameters) = Prepare(model, files);
            var lines = new Dictionary<string, string[]> { ["harness"] = Self("harness", files, threads) };
            if (native is not null) lines["harnessNative"] = NativeSample.CommandLine(native, files, threads);
            lines["onnxruntime"] = Self("onnxruntime", files, threads);
            var runs = lines.Keys.ToDictionary(engine => engine, _ => new List<FirstRun>());
            // The first of each brings files and libraries into the system's cache.
            for (int time = -1; time < times; time++)
                foreach (string engine in time % 2 == 0 ? lines.Keys : lines.Keys.Reverse())
                {
                    var run = Start(engine, lines[engine]);
                    if (time >= 0) runs[engine].Add(run);
                }
            var outputs = lines.Keys.ToDictionary(engine => engine,
                engine => NpyFile.Read(files.Output(engine)).ToDoubles());
            bool agree = outputs.Values.All(output => Match.Drift([output], [outputs["onnxruntime"]]) <= Limit);
            return new FirstResult(name, parameters, agree, runs);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static (string Name, long Parameters) Prepare(string model, FirstFiles files)
    {
        using var subject = Subject.Open(model);
        if (subject.Inputs.Length != 1)
            throw new NotSupportedException($"{model} has {subject.Inputs.Length} inputs, expected 1");
        GraphJson.Write(files.Graph, subject.Model.Graph);
        SafetensorsFile.Write(files.Weights, subject.Model.Weights);
        File.WriteAllBytes(files.Onnx, OnnxWriter.Write(subject.Model, subject.Shapes));
        NpyFile.Write(files.Input, subject.Inputs[0]);
        return (subject.Name, subject.Model.Weights.Values.Sum(tensor => tensor.Shape.Elements));
    }

    static string[] Self(string engine, FirstFiles files, int threads) =>
        Child.CommandLine(FirstChild.Verb, engine, files.Folder, threads.ToString(CultureInfo.InvariantCulture));

    static FirstRun Start(string engine, string[] line)
    {
        long start = Stopwatch.GetTimestamp();
        using var process = Child.Start(line);
        string? report = process.StandardOutput.ReadLine();
        double total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.WaitForExit();
        if (report is null || process.ExitCode != 0)
            throw new InvalidOperationException($"the process of {engine} ended with {process.ExitCode} and no result");
        var facts = report.Split(' ').Select(word => word.Split('=')).ToDictionary(
            pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
        long peak = (long)facts["peak"];
        facts.Remove("peak");
        var phases = new Dictionary<string, double> { ["start"] = total - facts.Values.Sum() };
        foreach (var (phase, ms) in facts) phases[phase] = ms;
        return new FirstRun(total, phases, peak);
    }
}
