using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Finds conv → flatten → linear where the flatten's transpose can move into the linear kernel:
/// every path from the flattened value must reach a linear through ops that treat all features alike.</summary>
sealed class FlattenFold
{
    /// <summary>No folds.</summary>
    public static readonly FlattenFold Nothing = new();

    // Result of the flatten → the extents it merges, channels first; operand of the linear → the same.
    readonly HashSet<int> _folded = [];
    readonly Dictionary<int, Shape> _order = [];

    /// <summary>Finds every fold of a graph.</summary>
    public static FlattenFold Find(ShapedGraph graph)
    {
        var folds = new FlattenFold();
        var consumers = new Dictionary<int, List<ShapedCall>>();
        foreach (var call in graph.Calls)
        {
            foreach (int operand in call.Operands)
            {
                if (!consumers.TryGetValue(operand, out var list)) consumers[operand] = list = [];
                list.Add(call);
            }
        }
        var makers = graph.Calls.SelectMany(call => call.Results.Select(result => (result, call)))
            .ToDictionary(pair => pair.result, pair => pair.call);
        var outputs = graph.Outputs.Select(port => port.Value).ToHashSet();
        var inputs = graph.Model.Graph.Inputs.Select(port => port.Value).ToHashSet();
        foreach (var call in graph.Calls)
        {
            if (call.Op is not Reshaping || call.Results.Length != 1) continue;
            Shape from = graph.ShapeOf(call.Operands[0]), to = graph.ShapeOf(call.Results[0]);
            // (n, c, …) → (n, c·…); a window of one element or a single channel needs no fold.
            if (from.Rank is < 3 or > 5 || to.Rank != 2 || from[0] != to[0] || from[1] == 1
                || from.Elements == (long)from[0] * from[1]) continue;
            // Three axes are as often rows of features, whose order is Flax's.
            if (from.Rank == 3 && !IsSequence(graph, call.Operands[0], makers)) continue;
            var region = new List<int>();
            if (!Reaches(call.Results[0], consumers, outputs, region)) continue;
            // A kernel that is computed has the order of PyTorch's features.
            if (!region.SelectMany(value => consumers[value]).All(reader => HasStored(reader, makers, inputs)))
                continue;
            folds._folded.Add(call.Results[0]);
            foreach (int value in region) folds._order[value] = [.. from.AsSpan()[1..]];
        }
        return folds;
    }

    /// <summary>True when this call is a flatten that keeps its operand's memory.</summary>
    public bool IsFolded(ShapedCall call) => call.Results.Length == 1 && _folded.Contains(call.Results[0]);

    /// <summary>An op's weight rule, its input axis reordered where the input is a folded flatten.</summary>
    public WeightRule Adjust(ShapedCall call, WeightRule rule)
    {
        if (rule.Form != LeafForm.Dense || call.Op.FeaturesOperand is not { } features
            || !_order.TryGetValue(call.Operands[features], out var plane))
            return rule;
        string window = Window.LettersOf(plane.Rank - 1);
        var sizes = ImmutableSortedDictionary.CreateRange(('c' + window).Zip(plane, KeyValuePair.Create));
        return rule with
        {
            Rearrangement = new Rearrangement(
                rule.Rearrangement.From.Replace("i", $"(c{window})", StringComparison.Ordinal),
                rule.Rearrangement.To.Replace("i", $"({window}c)", StringComparison.Ordinal), sizes),
        };
    }

    // True for what an op made that brings sequences into Flax's order, as windows do, and for what follows it there.
    static bool IsSequence(ShapedGraph graph, int value, Dictionary<int, ShapedCall> makers)
    {
        while (makers.TryGetValue(value, out var call))
        {
            var arrangement = call.Op.Arrange(
                [.. call.Operands.Select(graph.ShapeOf).Select(x => new Placed(x, Permutation.Identity(x.Rank)))]);
            if (arrangement.Outputs[call.Results.IndexOf(value)] == Permutation.ChannelsLast(3)) return true;
            if (!call.Op.IsElementwise) return false;
            value = call.Operands[0];
        }
        return false;
    }

    // True unless the call's kernel is computed, or given as an input.
    static bool HasStored(ShapedCall call, Dictionary<int, ShapedCall> makers, HashSet<int> inputs) =>
        call.Op.Weights.Where(rule => rule.Form == LeafForm.Dense).All(rule =>
        {
            int kernel = call.Operands[rule.Operand];
            while (makers.TryGetValue(kernel, out var maker) && maker.Op is Permuting) kernel = maker.Operands[0];
            return !inputs.Contains(kernel) && !makers.ContainsKey(kernel);
        });

    static bool Reaches(int value, Dictionary<int, List<ShapedCall>> consumers, HashSet<int> outputs, List<int> region)
    {
        if (outputs.Contains(value) || !consumers.TryGetValue(value, out var calls)) return false;
        region.Add(value);
        foreach (var call in calls)
        {
            // The value must be what is multiplied, not its kernel or bias too.
            if (call.Op.FeaturesOperand is { } features && call.Operands[features] == value
                && call.Operands.Count(operand => operand == value) == 1)
                continue;
            if (!call.Op.IsElementwise || call.Operands.Length != 1) return false;
            if (!Reaches(call.Results[0], consumers, outputs, region)) return false;
        }
        return true;
    }
}
