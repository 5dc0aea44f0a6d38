using System.Globalization;
using Harness.Executor.Model;
using Harness.Reference.Walk;

namespace Harness.Reference.Recording;

/// <summary>Whether the walk says what libtorch says running the file itself.</summary>
static class Agreement
{
    /// <summary>The largest difference, relative to the largest expected magnitude, that rounding in double
    /// explains: right walks of whole models stay below 1e-12, wrong ones lie above this.</summary>
    public const double Limit = 1e-10;

    /// <summary>max |a−e| over max |e|; 0 where both are equal, NaN at the same places included; infinity where the
    /// places of NaN or infinity differ.</summary>
    public static double Scaled(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        double largest = 0;
        foreach (double e in expected)
            if (double.IsFinite(e)) largest = Math.Max(largest, Math.Abs(e));
        double difference = Difference(actual, expected);
        return difference == 0 ? 0 : largest == 0 ? double.PositiveInfinity : difference / largest;
    }

    /// <summary>max |a−e|, by the same rule.</summary>
    public static double Difference(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        if (actual.Length != expected.Length) return double.PositiveInfinity;
        double worst = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i].Equals(expected[i])) continue;
            double difference = Math.Abs(actual[i] - expected[i]);
            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference);
        }
        return worst;
    }

    /// <summary>The same for tensors: of integers and Booleans exactly, and infinite where their types
    /// differ.</summary>
    public static double Difference(Tensor actual, Tensor expected)
    {
        bool floats = actual.Type.IsFloating() && expected.Type.IsFloating();
        if (!floats && actual.Type != expected.Type) return double.PositiveInfinity;
        // Doubles hold every other type exactly, and their differences.
        if (expected.Type != ElementType.Int64) return Difference(actual.ToDoubles(), expected.ToDoubles());
        ReadOnlySpan<long> found = actual.As<long>(), wanted = expected.As<long>();
        if (found.Length != wanted.Length) return double.PositiveInfinity;
        Int128 worst = 0;
        for (int i = 0; i < found.Length; i++) worst = Int128.Max(worst, Int128.Abs((Int128)found[i] - wanted[i]));
        return (double)worst;
    }

    // How much of libtorch's own float32 noise may lie between the file as it is and the walk without its casts.
    const double NoiseFactor = 4;

    // An output in float32 is rounded to it at least; noise measured on one input may be less by luck.
    const double Float32Rounding = 1.0 / (1 << 23);

    /// <summary>Compares all outputs with those of the file run in float64.</summary>
    /// <exception cref="ModelException">One differs by more than <see cref="Limit"/>: which, how far, and where to
    /// look.</exception>
    public static void Demand(
        string path, Graph graph, IReadOnlyList<(string Name, Tensor Tensor)> walk, IReadOnlyList<Tensor> truth) =>
        Demand(path, graph, walk, truth, i =>
        {
            var (actual, expected) = (walk[i].Tensor, truth[i]);
            if (expected.Type.IsFloating() && actual.Type.IsFloating())
                return Scaled(actual.ToDoubles(), expected.ToDoubles());
            // 1 of 2^60 is less than rounding, and wrong all the same.
            return Difference(actual, expected) == 0 ? 0 : double.PositiveInfinity;
        }, Limit, "of its largest value");

    /// <summary>Compares the outputs of a walk that lifted casts with those of the file run as it is, in its own
    /// types.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="walk">The walk's outputs in float64.</param>
    /// <param name="rough">The walk's outputs in float32, which say what float32 costs this network.</param>
    /// <param name="file">The file's own outputs.</param>
    /// <exception cref="ModelException">One differs by more than four times what float32 costs.</exception>
    public static void DemandWithinNoise(
        string path,
        Graph graph,
        IReadOnlyList<(string Name, Tensor Tensor)> walk,
        IReadOnlyList<(string Name, Tensor Tensor)> rough,
        IReadOnlyList<Tensor> file) =>
        Demand(path, graph, walk, file, i =>
        {
            var exact = walk[i].Tensor;
            double far = Difference(file[i], exact);
            // Integers are not rounded; those that a cast makes may lie as far away as in the walk's own float32.
            double rounding = !exact.Type.IsFloating() ? 0 : Float32Rounding
                * exact.ToDoubles().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
            double noise = Math.Max(Difference(rough[i].Tensor, exact), rounding);
            return far == 0 ? 0 : noise == 0 ? double.PositiveInfinity : far / noise;
        }, NoiseFactor, "times its float32 noise, with the file's casts lifted in the walk");

    static void Demand(
        string path,
        Graph graph,
        IReadOnlyList<(string Name, Tensor Tensor)> walk,
        IReadOnlyList<Tensor> truth,
        Func<int, double> distance,
        double limit,
        string unit)
    {
        if (walk.Count != truth.Count)
            throw Disagree(path, $"libtorch returns {truth.Count} tensors, the graph has {walk.Count} outputs");
        var wrong = new List<int>();
        for (int i = 0; i < truth.Count; i++)
        {
            var (name, actual) = walk[i];
            if (actual.Shape != truth[i].Shape)
                throw Disagree(path, $"output '{name}' is {actual.Shape} here, {truth[i].Shape} in libtorch's own run");
            if (distance(i) > limit) wrong.Add(i);
        }
        if (wrong.Count == 0) return;
        int first = wrong[0];
        // Positions are those of the graph's outputs unless one of them is a list; then every output is suspected.
        int outputs = graph.Outputs.Length;
        var suspect = Suspect(graph, walk.Count == outputs ? wrong : [.. Enumerable.Range(0, outputs)]);
        throw Disagree(path, string.Create(CultureInfo.InvariantCulture,
            $"output '{walk[first].Name}' of the walk leaves libtorch's own run by {distance(first):0.0e+0} {unit}, "
            + $"permitted {limit:0e+0}; ")
            + (suspect is null
                ? "no node computes it"
                : $"first suspicious node: '{suspect.Name}' ({suspect.Target}, {suspect.Place})"));
    }

    // The first call that a wrong output needs and no right output does: what feeds a right output is right.
    static Call? Suspect(Graph graph, List<int> wrong)
    {
        var right = Enumerable.Range(0, graph.Outputs.Length).Except(wrong);
        var cleared = Needed(graph, right);
        var accused = Needed(graph, wrong);
        return graph.Calls.FirstOrDefault(call => accused.Contains(call) && !cleared.Contains(call))
            ?? graph.Calls.FirstOrDefault(accused.Contains);
    }

    static HashSet<Call> Needed(Graph graph, IEnumerable<int> outputs)
    {
        var values = outputs.Select(i => graph.Outputs[i].Value).ToHashSet();
        var needed = new HashSet<Call>(ReferenceEqualityComparer.Instance);
        foreach (var call in graph.Calls.Reverse())
        {
            if (!call.Results.Any(values.Contains)) continue;
            needed.Add(call);
            values.UnionWith(GraphWalk.Used(call));
        }
        return needed;
    }

    static ModelException Disagree(string path, string message) =>
        new(new Finding(Codes.ModelUnreadable, path,
            $"{message}; nothing is recorded, because one of the two readings of the file is wrong"));
}
