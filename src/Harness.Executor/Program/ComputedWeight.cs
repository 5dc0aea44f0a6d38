using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>One call of a formula.</summary>
/// <param name="Name">What it defines: a call's name.</param>
/// <param name="Text">The call, with state-dict keys and names of earlier calls for operands:
/// <c>aten::mul(conv.weight_v, conv.factor)</c>.</param>
/// <param name="Fact">The type and shape of what it defines.</param>
public sealed record FormulaCall(string Name, string Text, Fact Fact);

/// <summary>A layer's weight that the model computes from parameters and no input: no leaf of the tree, which holds
/// what it is computed from, and for a receiver the formula.</summary>
/// <param name="Layer">The layer: its call's name.</param>
/// <param name="Rule">What it would be called in the tree, and how PyTorch's axes become those it would have
/// there.</param>
/// <param name="Fact">Its type and shape, in PyTorch's axis order.</param>
/// <param name="Keys">State-dict keys, or constants' names, of what it is computed from, in the order of their
/// use.</param>
/// <param name="Formula">The calls in order; the last one gives the weight.</param>
public sealed record ComputedWeight(
    string Layer, WeightRule Rule, Fact Fact, ImmutableArray<string> Keys, ImmutableArray<FormulaCall> Formula)
{
    /// <summary>Those of a program, in the order of its layers.</summary>
    public static ImmutableArray<ComputedWeight> Of(NhwcProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var makers = new Dictionary<int, NhwcNode>();
        foreach (var node in program.Nodes)
            foreach (int value in node.Outputs) makers[value] = node;
        return
        [
            .. from node in program.Nodes
               from rule in node.Op.Weights
               let value = program.Values[node.Inputs[rule.Operand]]
               where !value.DependsOnInput && value.Leaf is null
               select Of(program, makers, node, rule, value),
        ];
    }

    static ComputedWeight Of(
        NhwcProgram program, Dictionary<int, NhwcNode> makers, NhwcNode layer, WeightRule rule, NhwcValue weight)
    {
        var needed = new HashSet<int> { weight.Id };
        var nodes = new Stack<NhwcNode>();
        foreach (var node in program.Nodes.Reverse())
        {
            if (!node.Outputs.Any(needed.Contains)) continue;
            needed.UnionWith(node.Inputs);
            nodes.Push(node);
        }
        ImmutableArray<NhwcNode> calls = [.. nodes.Where(node => node.Op is not Relayout)];
        return new ComputedWeight(
            layer.Name, rule.Following(program.Values[layer.Inputs[0]].Layout, weight.Shape.Rank), weight.Fact,
            [.. calls.SelectMany(node => node.Inputs).Select(value => program.Values[value].Leaf?.TorchKey)
                .OfType<string>().Distinct(StringComparer.Ordinal)],
            [.. calls.Select(node => new FormulaCall(
                node.Name, TextOf(program, makers, node), program.Values[node.Outputs[0]].Fact))]);
    }

    static string TextOf(NhwcProgram program, Dictionary<int, NhwcNode> makers, NhwcNode node)
    {
        var first = node.Inputs.IsEmpty ? null : program.Values[node.Inputs[0]];
        string[] operands = [.. node.Inputs.Select((value, i) => NameOf(program, makers, value,
            node.Op.Weights.FirstOrDefault(rule => rule.Operand == i)
                ?.Following(first!.Layout, program.Values[value].Shape.Rank)))];
        // An inserted cast is no call of the file's.
        if (node.Call is not { } call) return $"{node.Op.Name}({string.Join(", ", operands)})";
        return $"{call.Target}({string.Join(", ", call.Arguments.Select(Written).Concat(
            call.Keywords.Select(keyword => $"{keyword.Name}={Written(keyword.Value)}")))})";

        string Written(Argument argument) => argument switch
        {
            ValueArgument { Id: var operand } => operands[operand],
            ListArgument list => $"[{string.Join(", ", list.Items.Select(Written))}]",
            _ => argument.ToString()!,
        };
    }

    static string NameOf(NhwcProgram program, Dictionary<int, NhwcNode> makers, int value, WeightRule? rule)
    {
        // How a value lies is no part of what it is.
        while (makers.TryGetValue(value, out var maker) && maker.Op is Relayout) value = maker.Inputs[0];
        var known = program.Values[value];
        if (known.Leaf is not { } leaf) return known.Name;
        return OrderIn(known, leaf, rule) is { IsIdentity: false } order
            ? $"aten::permute({leaf.TorchKey}, [{string.Join(", ", order.AsSpan().ToArray())}])"
            : leaf.TorchKey;
    }

    // Which of the stored tensor's axes each logical one is, where axes are all that moves: a parameter that the graph
    // permutes is one that is read in another order.
    static Permutation? OrderIn(NhwcValue value, Leaf leaf, WeightRule? rule)
    {
        int rank = leaf.Source.Shape.Rank;
        if (value.Layout.Rank != rank) return null;
        // An extent that tells of each axis.
        var extents = Shape.Create([.. Enumerable.Range(2, rank)]);
        // What a rule has placed, it takes back.
        foreach (var move in value.Moves.Prepend(leaf.Rearrangement).Append(
            rule?.Rearrangement.Inverse ?? Rearrangement.None))
        {
            if (!move.IsIdentity && (move.From + move.To).Contains('(', StringComparison.Ordinal)) return null;
            extents = move.Apply(extents);
        }
        var order = new int[rank];
        for (int axis = 0; axis < rank; axis++) order[value.Layout[axis]] = extents[axis] - 2;
        return new Permutation(order);
    }
}
