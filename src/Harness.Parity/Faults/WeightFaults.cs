using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Parity;

/// <summary>Faults of the numbers that a node is given: of its kernel, bias or statistics. Each gives null for a node
/// that cannot have it.</summary>
static class WeightFaults
{
    public static NhwcProgram? Statistics(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not BatchNorm2d norm) return null;
        // Computed ones are loaded from nowhere.
        WeightRule[] stored = [.. norm.Weights.Where(rule =>
            rule.Leaf is "mean" or "var" && model.Values[node.Inputs[rule.Operand]].Leaf is not null)];
        foreach (var rule in stored)
            model = WithWeights(model, node.Inputs[rule.Operand], _ => rule.Leaf == "mean" ? 0 : 1);
        return stored.Length == 0 ? null : model;
    }

    static bool LiesOtherwise(NhwcValue value) => value.Moves.Any(move => !move.IsIdentity);

    public static NhwcProgram? OneWeight(NhwcProgram model, NhwcNode node)
    {
        // One that lies in the tree as somebody else reads it cannot be written back from here.
        int value = node.Inputs.FirstOrDefault(
            id => model.Values[id].Leaf is not null && !LiesOtherwise(model.Values[id]), -1);
        if (value < 0) return null;
        double[] weights = model.Values[value].Elements().ToDoubles();
        if (weights.Length == 0) return null;
        int largest = Array.IndexOf(weights, weights.MaxBy(Math.Abs));
        return WithWeights(model, value, i => i != largest ? weights[i] : weights[i] == 0 ? 1 : -weights[i]);
    }

    public static NhwcProgram? SwapInputOutput(NhwcProgram model, NhwcNode node) =>
        Kernel(model, node, "hwio", "hwoi") ?? Kernel(model, node, "io", "oi");

    // The letters of the leaf stay what Flax expects, and there and back is the identity: only a run can tell.
    public static NhwcProgram? MoveWindow(NhwcProgram model, NhwcNode node)
    {
        if (node.Op.Weights.FirstOrDefault(rule => rule.Leaf == "kernel") is not { } rule) return null;
        if (model.Values[node.Inputs[rule.Operand]].Leaf is not { } leaf
            || !leaf.Rearrangement.From.Contains('h')) return null;
        string From(char letter) => letter switch { 'h' => "w", 'w' => "h", _ => letter.ToString() };
        var wrong = leaf with
        {
            Rearrangement = leaf.Rearrangement with { From = string.Concat(leaf.Rearrangement.From.Select(From)) },
        };
        return model.With(model.Variables with
        {
            Leaves = [.. model.Variables.Leaves.Select(other => other.FullPath == leaf.FullPath ? wrong : other)],
        });
    }

    // The moved kernel must have the shape it had, else the plan would refuse it instead of computing something wrong.
    public static NhwcProgram? Kernel(NhwcProgram model, NhwcNode node, string from, string to, string flip = "")
    {
        if (node.Op.Weights.FirstOrDefault(rule => rule.Leaf == "kernel") is not { } rule) return null;
        int value = node.Inputs[rule.Operand];
        if (model.Values[value].Leaf is null || LiesOtherwise(model.Values[value])) return null;
        var kernel = model.Values[value].Elements();
        // A sequence has no height; a volume has a depth besides, which stays where it is.
        string Letters(string letters) => kernel.Shape.Rank switch
        {
            3 => letters.Replace("h", "", StringComparison.Ordinal),
            5 when letters.Contains('h') => "d" + letters,
            _ => letters,
        };
        var move = new Rearrangement(Letters(from), Letters(to))
        {
            Flip = kernel.Shape.Rank == 3 ? Letters(flip) : flip,
        };
        if (move.IsIdentity || kernel.Shape.Rank != move.From.Length) return null;
        var moved = move.Apply(kernel);
        return moved.Shape == kernel.Shape ? WithTensor(model, value, moved) : null;
    }

    // Whoever reads the tree by this program's own record of it finds all in its place.
    public static NhwcProgram? ExchangedNames(NhwcProgram model, NhwcNode node)
    {
        foreach (var (one, other) in (ReadOnlySpan<(string, string)>)[("mean", "var"), ("scale", "bias")])
        {
            if (Leaf(model, node, one) is not { } a || Leaf(model, node, other) is not { } b) continue;
            Leaf first = model.Values[a].Leaf!, second = model.Values[b].Leaf!;
            if (first.Shape != second.Shape || first.Form != LeafForm.Features) return null;
            Leaf Named(Leaf leaf) => leaf.FullPath == first.FullPath ? leaf with { Path = second.Path }
                : leaf.FullPath == second.FullPath ? leaf with { Path = first.Path } : leaf;
            return model with
            {
                Variables = model.Variables with { Leaves = [.. model.Variables.Leaves.Select(Named)] },
                Values = [.. model.Values.Select(value =>
                    value.Leaf is { } leaf ? value with { Leaf = Named(leaf) } : value)],
            };
        }
        return null;
    }

    public static NhwcProgram? NoBias(NhwcProgram model, NhwcNode node) => Leaf(model, node, "bias") is { } value
        ? WithWeights(model, value, _ => 0) : null;

    public static NhwcProgram? OneChannel(NhwcProgram model, NhwcNode node)
    {
        if (Leaf(model, node, "kernel") is not { } value) return null;
        double[] weights = model.Values[value].Elements().ToDoubles();
        // Flax's kernels have the channels that come out last.
        int channels = model.Values[value].Elements().Shape[-1];
        return weights.Length == 0 ? null
            : WithWeights(model, value, i => i % channels == channels / 2 ? weights[i] * 1.01 : weights[i]);
    }

    public static NhwcProgram? Half(NhwcProgram model, NhwcNode node)
    {
        if (Leaf(model, node, "kernel") is not { } value) return null;
        double[] weights = model.Values[value].Elements().ToDoubles();
        double[] rounded = [.. weights.Select(weight =>
            (double)BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits((float)weight) & ~0xFFFF))];
        return rounded.SequenceEqual(weights) ? null : WithWeights(model, value, i => rounded[i]);
    }

    public static NhwcProgram? Shuffled(NhwcProgram model, NhwcNode node)
    {
        if (Leaf(model, node, "kernel") is not { } value) return null;
        double[] weights = model.Values[value].Elements().ToDoubles();
        int channels = model.Values[value].Elements().Shape[-1];
        return channels < 2 || weights.Length == 0 ? null
            : WithWeights(model, value, i => weights[i - (i % channels) + ((i + 1) % channels)]);
    }

    // The stored operand of this name; null where it is computed, or the op has none.
    static int? Leaf(NhwcProgram model, NhwcNode node, string name) =>
        node.Op.Weights.FirstOrDefault(rule => rule.Leaf == name) is { } rule
        && model.Values[node.Inputs[rule.Operand]] is { Leaf: not null } value && !LiesOtherwise(value)
            ? value.Id : null;

    static NhwcProgram WithWeights(NhwcProgram model, int value, Func<int, double> weight)
    {
        var shape = model.Values[value].Elements().Shape;
        double[] weights = [.. Enumerable.Range(0, checked((int)shape.Elements)).Select(weight)];
        return WithTensor(model, value, Tensor.Of(shape, weights));
    }

    static NhwcProgram WithTensor(NhwcProgram model, int value, Tensor tensor)
    {
        var old = model.Values[value];
        return model with { Values = model.Values.SetItem(
            value, old with { Leaf = old.Leaf!.WithElements(tensor), Moves = [] }) };
    }
}
