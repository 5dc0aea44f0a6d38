using System.Diagnostics;
using System.Globalization;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Benchmarks.Peers;
using Microsoft.ML.OnnxRuntime;

namespace Harness.Benchmarks.First;

/// <summary>A fresh process: opens a model, runs it once, says how long each part took.</summary>
static class FirstChild
{
    /// <summary>The verb, which only <see cref="FirstCommand"/> uses.</summary>
    public const string Verb = "first-child";

    /// <summary>Prints one line, <c>phase=ms …</c> and <c>peak=bytes</c>, as soon as the first result is
    /// there.</summary>
    /// <param name="words">Engine, folder, threads.</param>
    /// <param name="main">When the process reached its first line of code.</param>
    public static int Run(string[] words, long main)
    {
        var files = new FirstFiles(words[1]);
        int threads = int.Parse(words[2], CultureInfo.InvariantCulture);
        var result = words[0] == "harness" ? Harness(files, threads, main) : OnnxRuntime(files, threads, main);
        NpyFile.Write(files.Output(words[0]), result);
        return 0;
    }

    // As Harness.AotSample does, which is the same in native code.
    static Tensor Harness(FirstFiles files, int threads, long main)
    {
        using var torch = ModelFile.Open(files.Graph, files.Weights);
        var input = NpyFile.Read(files.Input);
        var model = NhwcPass.Apply(torch, [input.Shape]);
        long opened = Stopwatch.GetTimestamp();
        using var session = Session.Open<float>(model, new PlanOptions { Threads = threads });
        long planned = Stopwatch.GetTimestamp();
        session.Write(model.Inputs[0].Value, input.ToDoubles());
        session.Run();
        var shape = model.Values[model.Outputs[0].Value].Shape;
        var output = new double[shape.Elements];
        session.Read(model.Outputs[0].Value, output);
        Report(main, ("open", opened), ("plan", planned), ("run", Stopwatch.GetTimestamp()));
        return Tensor.Of(shape, output);
    }

    static Tensor OnnxRuntime(FirstFiles files, int threads, long main)
    {
        using var options = OnnxContestant.Options(threads);
        using var session = new InferenceSession(files.Onnx, options);
        long opened = Stopwatch.GetTimestamp();
        var input = NpyFile.Read(files.Input);
        using var x = OrtValue.CreateTensorValueFromMemory(input.ToSingles(),
            [.. input.Shape.Select(extent => (long)extent)]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x0"], [x], ["y0"]);
        float[] output = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        Report(main, ("session", opened), ("run", Stopwatch.GetTimestamp()));
        return Tensor.Of(Shape.Create([.. outputs[0].GetTensorTypeAndShape().Shape.Select(extent => (int)extent)]),
            output);
    }

    static void Report(long main, params ReadOnlySpan<(string Phase, long End)> phases)
    {
        var line = new List<string>();
        foreach (var (phase, end) in phases)
        {
            line.Add(string.Create(CultureInfo.InvariantCulture,
                $"{phase}={Stopwatch.GetElapsedTime(main, end).TotalMilliseconds:F3}"));
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
        if (File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Mark, StringComparison.Ordinal)) is { } line)
            return long.Parse(line[Mark.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
                CultureInfo.InvariantCulture) << 10;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
