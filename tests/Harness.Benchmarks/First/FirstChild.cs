using System.Diagnostics;
using System.Globalization;
using Harness.Executor.Layout;
using Harness.Executor.Model;
using Harness.Executor.Planning;
using Harness.Formats;
using Harness.Benchmarks.Peers;
using Microsoft.ML.OnnxRuntime;

namespace Harness.Benchmarks.First;

/// <summary>A fresh process: opens a model, runs it once, says how long each part took.</summary>
static class FirstChild
{
    /// <summary>The verb, which only <see cref="FirstCommand"/> uses.</summary>
    public const string Verb = "first-child";

    /// <summary>Prints one line, <c>phase=ms …</c> and <c>peak=bytes</c>, as soon as the first result is there.</summary>
    /// <param name="words">Engine, folder, threads, input shape.</param>
    /// <param name="main">When the process reached its first line of code.</param>
    public static int Run(string[] words, long main)
    {
        var files = new FirstFiles(words[1]);
        int threads = int.Parse(words[2], CultureInfo.InvariantCulture);
        int[] shape = [.. words[3].Split(',').Select(extent => int.Parse(extent, CultureInfo.InvariantCulture))];
        if (words[0] == "harness") Harness(files, threads, Shape.Create(shape), main);
        else OnnxRuntime(files, threads, [.. shape.Select(extent => (long)extent)], main);
        return 0;
    }

    static void Harness(FirstFiles files, int threads, Shape shape, long main)
    {
        using var torch = ModelFile.Open(files.Graph, files.Weights);
        var model = NhwcPass.Apply(torch, [shape]);
        long opened = Stopwatch.GetTimestamp();
        using var session = Plan.Compile<float>(model, new PlanOptions { Threads = threads }).CreateSession();
        long planned = Stopwatch.GetTimestamp();
        float[] input = FirstFiles.Read(files.InputNhwc);
        var output = new float[model.Values[model.Outputs[0].Value].Shape.Elements];
        session.WriteInput(0, input);
        session.Run();
        session.ReadOutput(0, output);
        Report(main, ("open", opened), ("plan", planned), ("run", Stopwatch.GetTimestamp()));
        var logical = new double[output.Length];
        session.Read(model.Outputs[0].Value, logical);
        FirstFiles.Write(files.Output("harness"), Array.ConvertAll(logical, y => (float)y));
    }

    static void OnnxRuntime(FirstFiles files, int threads, long[] shape, long main)
    {
        using var options = OnnxContestant.Options(threads);
        using var session = new InferenceSession(files.Onnx, options);
        long opened = Stopwatch.GetTimestamp();
        float[] input = FirstFiles.Read(files.Input);
        using var x = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x0"], [x], ["y0"]);
        float[] output = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        Report(main, ("session", opened), ("run", Stopwatch.GetTimestamp()));
        FirstFiles.Write(files.Output("onnxruntime"), output);
    }

    static void Report(long main, params ReadOnlySpan<(string Phase, long End)> phases)
    {
        var line = new List<string>();
        foreach (var (phase, end) in phases)
        {
            line.Add(string.Create(CultureInfo.InvariantCulture, $"{phase}={Stopwatch.GetElapsedTime(main, end).TotalMilliseconds:F3}"));
            main = end;
        }
        line.Add(string.Create(CultureInfo.InvariantCulture, $"peak={PeakBytes()}"));
        Console.Out.WriteLine(string.Join(' ', line));
        Console.Out.Flush();
    }

    // Linux keeps a high-water mark; elsewhere the runtime asks the system.
    static long PeakBytes()
    {
        const string Status = "/proc/self/status", Mark = "VmHWM:";
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Mark, StringComparison.Ordinal)) is { } line)
            return long.Parse(line[Mark.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
