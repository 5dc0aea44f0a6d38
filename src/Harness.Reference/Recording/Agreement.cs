using System.Globalization;
using Harness.Executor.Model;
using Harness.Reference.Walk;

namespace Harness.Reference.Recording;

/// <summary>Whether the walk says what libtorch says running the file itself.</summary>
static class Agreement
{
    /// <summary>The largest difference, relative to the largest expected magnitude, that rounding explains
    /// (PARITY).</summary>
    public const double Limit = 1e-10;

    /// <summary>max |a−e| over max |e|; 0 where both are equal, NaN at the same places included; infinity where the
    /// places
    /// of NaN or infinity differ.</summary>
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

    /// <summary>Compares all outputs.</summary>
    /// <exception cref="ModelException">One differs by more than <see cref="Limit"/>: which, how far, and where to
    /// look.</exception>
    public static void Demand(
        string path, Graph graph, IReadOnlyList<(string Name, Tensor Tensor)> walk, IReadOnlyList<Tensor> truth)
    {
        if (walk.Count != truth.Count)
            throw Disagree(path, $"libtorch returns {truth.Count} tensors, the graph has {walk.Count} outputs");
        var wrong = new List<int>();
        for (int i = 0; i < truth.Count; i++)
        {
            var (name, actual) = walk[i];
            if (actual.Shape != truth[i].Shape)
                throw Disagree(path, $"output '{name}' is {actual.Shape} here, {truth[i].Shape} in libtorch's own run");
            if (Scaled(actual.ToDoubles(), truth[i].ToDoubles()) > Limit) wrong.Add(i);
        }
        if (wrong.Count == 0) return;
        int first = wrong[0];
        double far = Scaled(walk[first].Tensor.ToDoubles(), truth[first].ToDoubles());
        // Positions are those of the graph's outputs unless one of them is a list; then every output is suspected.
        int outputs = graph.Outputs.Length;
        var suspect = Suspect(graph, walk.Count == outputs ? wrong : [.. Enumerable.Range(0, outputs)]);
        throw Disagree(path, string.Create(CultureInfo.InvariantCulture,
            $"output '{walk[first].Name}' of the walk leaves libtorch's own run by {far:0.0e+0} of its largest value, "
            + $"permitted {Limit:0e+0}; ")
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
