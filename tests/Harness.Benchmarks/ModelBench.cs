using System.Diagnostics;
using Harness.Benchmarks.Peers;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;

namespace Harness.Benchmarks;

/// <summary>Whole traced models in float32: the best time of each step, caches as in a run, and its share of the FMA
/// peak.</summary>
static class ModelBench
{
    sealed record Line(string Name, double Seconds, double Flops);

    /// <summary>How it is called.</summary>
    public const string Usage = "models SIZE THREADS REPEATS TOP MODEL...   " +
        "(SIZE: 0 for the usual inputs; MODEL: a file, arch:NAME, or a network of the benchmark)";

    /// <summary>Prints a table by kind of step and the slowest steps of each model; 2 for bad usage.</summary>
    public static int Run(string[] words)
    {
        if (words.Length < 5 || Array.ConvertAll(words[..4], word => int.TryParse(word, out int number) ? number : -1)
            is not [>= 0 and var size, > 0 and var threads, > 0 and var repeats, >= 0 and var top])
        {
            Console.Error.WriteLine($"usage: {Usage}");
            return 2;
        }
        foreach (string name in words[4..])
        {
            using var subject = Subject.Open(name, size == 0 ? null : Shape.Create([1, 3, size, size]));
            Measure(subject, threads, repeats, top);
        }
        return 0;
    }

    static void Measure(Subject subject, int threads, int repeats, int top)
    {
        var options = new PlanOptions { Threads = threads };
        var model = ConstantFold.Apply(NhwcPass.Apply(subject.Model, subject.Shapes), options);
        using var plan = Plan.Compile<float>(model, options);
        using var session = plan.CreateSession();
        for (int i = 0; i < subject.Inputs.Length; i++) session.Write(model.Inputs[i].Value, subject.Inputs[i]);
        var best = new double[plan.Steps.Length];
        Array.Fill(best, double.MaxValue);
        double whole = double.MaxValue, peak = 0;
        for (int run = 0; run < repeats; run++)
        {
            long start = Stopwatch.GetTimestamp();
            session.Run();
            whole = Math.Min(whole, Stopwatch.GetElapsedTime(start).TotalSeconds);
            for (int step = 0; step < best.Length; step++)
            {
                start = Stopwatch.GetTimestamp();
                session.RunStep(step);
                best[step] = Math.Min(best[step], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            if (run % 8 == 0) peak = Math.Max(peak, FmaPeak.Measure<float>(plan.Lanes));
        }
        Line[] lines = [.. best.Select((seconds, step) =>
            new Line(Describe(plan.Program, plan.StepNodes[step]), seconds,
                plan.StepNodes[step].Mains.Sum(node => Flops(plan.Program, node))))];
        double sum = lines.Sum(line => line.Seconds), flops = lines.Sum(line => line.Flops);
        Console.WriteLine($"== {subject.Name}: {whole * 1e3:F2} ms (steps {sum * 1e3:F2}), {flops / 1e9:F2} GFLOP, " +
            $"{flops / sum / 1e9 / peak / threads:P1} of {threads} x {peak:F0} GF/s, arena {plan.ArenaBytes >> 10} " +
            $"KiB");
        foreach (var kind in lines.GroupBy(
            line => line.Name.Split('|')[0]).OrderByDescending(g => g.Sum(l => l.Seconds)))
        {
            double seconds = kind.Sum(line => line.Seconds);
            Console.WriteLine($"   {seconds * 1e3,8:F3} ms {seconds / sum,6:P1} {kind.Count(),4} x {kind.Key,-44} " +
                $"{kind.Sum(line => line.Flops) / seconds / 1e9 / peak / threads,6:P1}");
        }
        foreach (var line in lines.OrderByDescending(line => line.Seconds).Take(top))
        {
            Console.WriteLine(
                $"      {line.Seconds * 1e6,8:F1} us {line.Flops / line.Seconds / 1e9 / peak / threads,6:P1} " +
                $"{line.Name}");
        }
    }

    static string Describe(NhwcProgram model, FusedNode node)
    {
        string kind = string.Join(" + ", node.Nodes.Select(part => part.Op.Name));
        string shapes = string.Join(" ", node.Main.Inputs.Select(value => model.Values[value].Shape.ToString()));
        if (node.Main.Op is Executor.Ops.Conv conv)
        {
            var window = model.Values[node.Main.Inputs[1]].Shape;
            string groups = conv.Groups == 1 ? "" : conv.Groups == window[0] ? " dw" : " grouped";
            kind = $"{string.Join("x", window.AsSpan()[2..].ToArray())}{groups} s{conv.Stride[0]} {kind}";
        }
        return $"{kind}| {shapes} -> {model.Values[node.Main.Outputs[0]].Shape}";
    }

    static double Flops(NhwcProgram model, NhwcNode node)
    {
        Shape[] shapes = [.. node.Inputs.Select(value => model.Values[value].Shape)];
        return node.Op.Flops(shapes, model.Values[node.Outputs[0]].Shape);
    }
}
