using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Cpu;
using Harness.Reference.Native;
using Harness.Reference.Walk;
using static TorchSharp.torch;

namespace Harness.Benchmarks.Peers;

/// <summary>All contestants on one subject: results compared first, then times.</summary>
/// <param name="threads">Threads of each.</param>
/// <param name="seconds">About how long the race may take.</param>
/// <param name="log">Told who does not take part, and whose results differ.</param>
/// <param name="processor">True where the processor's time counts: see <see cref="Race"/>.</param>
sealed class Match(int threads, double seconds, TextWriter log, bool processor = false)
{
    /// <summary>The contestants of whole models, as the JSON names them.</summary>
    public static readonly string[] Models =
        ["harness", "harnessExactOrder", "harnessFloat64", "onnxruntime", "libtorch", "libtorchFloat64"];

    /// <summary>The contestants of single layers.</summary>
    public static readonly string[] Layers = ["harness", "harnessExactOrder", "onnxruntime", "libtorch"];

    // Relative to the largest output: far above float32 rounding of deep models, far below what a wrong epsilon does.
    const double Float32Limit = 1e-4, Float64Limit = 1e-10;

    /// <summary>Runs one match.</summary>
    public MatchResult Run(Subject subject, string[] names)
    {
        double[][] truth = Truth(subject);
        var contestants = new Dictionary<string, Contestant>();
        try
        {
            bool agree = true;
            foreach (string name in names)
            {
                if (Enter(subject, name) is not { } contestant) continue;
                contestants[name] = contestant;
                contestant.Run();
                double drift = Drift(contestant.Outputs(), truth);
                double limit = name.EndsWith("Float64", StringComparison.Ordinal) ? Float64Limit : Float32Limit;
                if (drift <= limit) continue;
                agree = false;
                log.WriteLine(
                    $"{subject.Name}: {name} is {drift:g3} of the largest output from the oracle, at most {limit} " +
                    $"agrees");
            }
            var timings = names.ToDictionary(name => name, _ => (Timing?)null);
            double[] peaks = [Peak(threads)];
            // A time for a wrong result says nothing.
            if (agree)
            {
                var race = Race.Run([.. contestants.Values], seconds, () => Peak(threads), processor);
                foreach (var (name, time) in contestants.Keys.Zip(race.Timings)) timings[name] = time;
                peaks = race.PeakGflops;
            }
            return new MatchResult(subject.Name, subject.Shapes, Flops(subject) / 1e9, agree, timings, peaks);
        }
        finally
        {
            foreach (var contestant in contestants.Values) contestant.Dispose();
        }
    }

    /// <summary>The FMA peak in float32 now.</summary>
    public static double Peak(int threads) => FmaPeak.Measure<float>(LaneWidths.Choose(), threads);

    Contestant? Enter(Subject subject, string name)
    {
        var options = new PlanOptions { Threads = threads };
        try
        {
            return name switch
            {
                "harness" => new HarnessContestant<float>(subject, options),
                "harnessExactOrder" => new HarnessContestant<float>(subject, options with { ExactOrder = true }),
                "harnessFloat64" => new HarnessContestant<double>(subject, options),
                "onnxruntime" => OnnxContestant.Fastest(subject, threads),
                "libtorch" when OneDnn.IsLimited => throw new NotSupportedException(
                    "this machine hides its caches, where only oneDNN's slowest kernels are right"),
                "libtorch" => TorchContestant.Fastest(subject, ScalarType.Float32),
                _ => TorchContestant.Fastest(subject, ScalarType.Float64),
            };
        }
        catch (NotSupportedException e)
        {
            log.WriteLine($"{subject.Name}: {name} does not take part: {e.Message}");
            return null;
        }
    }

    static double[][] Truth(Subject subject)
    {
        var model = subject.Model;
        var walk = new GraphWalk(model.Graph, model.Weights, subject.Name, ScalarType.Float64, CPU);
        using var scope = NewDisposeScope();
        var outputs = walk.Run([.. subject.Inputs.Select(input => TorchContestant.Load(input, ScalarType.Float64))]);
        return [.. outputs.Select(output => TorchContestant.Doubles(output.Tensor))];
    }

    /// <summary>The largest difference from the truth, relative to its largest output; ∞ where shapes or NaNs
    /// differ.</summary>
    public static double Drift(double[][] outputs, double[][] truth)
    {
        if (outputs.Length != truth.Length) return double.PositiveInfinity;
        double worst = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            if (outputs[i].Length != truth[i].Length) return double.PositiveInfinity;
            double largest = truth[i].Max(Math.Abs);
            double difference = 0;
            for (int k = 0; k < truth[i].Length; k++)
            {
                double one = Math.Abs(outputs[i][k] - truth[i][k]);
                if (!(one <= difference)) difference = one;
            }
            worst = Math.Max(worst, largest > 0 ? difference / largest : difference);
        }
        return double.IsNaN(worst) ? double.PositiveInfinity : worst;
    }

    /// <summary>Operations of one run of the graph.</summary>
    public static long Flops(Subject subject)
    {
        var graph = ShapedGraph.Of(subject.Model, subject.Shapes);
        return graph.Calls.Sum(call =>
            call.Op.Flops([.. call.Operands.Select(graph.ShapeOf)], graph.ShapeOf(call.Results[0])));
    }
}
