using Harness.Executor.Layout;
using Harness.Executor.Planning;
using Harness.Reference.Walk;
using static TorchSharp.torch;

namespace Harness.Benchmarks.Peers;

/// <summary>What one subject's match gave.</summary>
/// <param name="Name">The subject.</param>
/// <param name="InputShapes">Its inputs.</param>
/// <param name="Gflop">Billions of operations of one run.</param>
/// <param name="Agree">True when every contestant's outputs are the oracle's.</param>
/// <param name="Timings">By contestant's name; null where a contestant cannot run the subject.</param>
sealed record MatchResult(
    string Name, Executor.Model.Shape[] InputShapes, double Gflop, bool Agree, Dictionary<string, Timing?> Timings);

/// <summary>All contestants on one subject: results compared first, then times.</summary>
sealed class Match(int threads, double seconds, TextWriter log)
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
                log.WriteLine($"{subject.Name}: {name} is {drift:g3} of the largest output from the oracle, at most {limit} agrees");
            }
            var timings = names.ToDictionary(name => name, _ => (Timing?)null);
            // A time for a wrong result says nothing.
            if (agree)
            {
                var times = Race.Run([.. contestants.Values], seconds);
                foreach (var (name, time) in contestants.Keys.Zip(times)) timings[name] = time;
            }
            return new MatchResult(subject.Name, subject.Shapes, Flops(subject) / 1e9, agree, timings);
        }
        finally
        {
            foreach (var contestant in contestants.Values) contestant.Dispose();
        }
    }

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
                "onnxruntime" => new OnnxContestant(subject, threads),
                "libtorch" => new TorchContestant(subject, ScalarType.Float32),
                _ => new TorchContestant(subject, ScalarType.Float64),
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

    static double Drift(double[][] outputs, double[][] truth)
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

    static long Flops(Subject subject)
    {
        var graph = ShapedGraph.Of(subject.Model, subject.Shapes);
        return graph.Calls.Sum(call =>
            call.Op.Flops([.. call.Operands.Select(graph.ShapeOf)], graph.ShapeOf(call.Results[0])));
    }
}
