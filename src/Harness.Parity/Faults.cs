using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Parity;

/// <summary>Faults injected on purpose, so that tests can see the gate turn red: the variable
/// <c>HARNESS_INJECT_FAULT</c> names a node and a fault. Applied to the converted model after its weights were checked,
/// or to its tree before that is written, and to nothing else; a run with a fault is never green, even where the fault
/// makes a wrong model right.</summary>
public static class Faults
{
    /// <summary>The variable: <c>layer1.0.conv1:swap-hw</c>.</summary>
    public const string Variable = "HARNESS_INJECT_FAULT";

    // Made in the tree itself: it ships wrong, and moving it back makes it right.
    const string MoveHw = "swap-hw-both-ways";

    static readonly (string Name, string Meaning, Func<NhwcProgram, NhwcNode, NhwcProgram?> Apply)[] s_all =
    [
        ("count-include-pad", "an average pool counts its padding, or no longer does", CountIncludePad),
        ("epsilon", "a norm's epsilon is a hundred times as large", Epsilon),
        ("flip-hw", "a kernel's window is turned by 180 degrees", (model, node) =>
            Kernel(model, node, "hwio", "hwio", "hw")),
        ("gelu", "GELU's other form", OtherGelu),
        ("padding", "the top left padding goes to the bottom right, as SAME would have it", Same),
        ("statistics", "running mean 0 and variance 1: batch_stats never loaded", Statistics),
        ("swap-hw", "a kernel's height and width are swapped", (model, node) => Kernel(model, node, "hwio", "whio")),
        (MoveHw, "a kernel's height and width are exchanged on its way into the tree and on its way back", MoveWindow),
        ("swap-io", "a kernel's inputs and outputs are swapped", SwapInputOutput),
        ("weights", "one converted weight has the wrong sign", OneWeight),
    ];

    /// <summary>The names of all faults, sorted.</summary>
    public static ImmutableArray<string> Names => [.. s_all.Select(fault => fault.Name)];

    /// <summary>True when the fault <c>node:fault</c> is about a node of this model.</summary>
    /// <exception cref="ModelException">PAR9003: no such fault.</exception>
    public static bool Concerns(string fault, NhwcProgram model) =>
        model.Nodes.Any(node => node.Name == Parse(fault).Node);

    /// <summary>The model with the fault <c>node:fault</c>.</summary>
    /// <exception cref="ModelException">PAR9003: no such fault or node, or the node cannot have this fault.</exception>
    public static NhwcProgram Inject(string fault, NhwcProgram model)
    {
        var (name, kind) = Parse(fault);
        var node = model.Nodes.FirstOrDefault(n => n.Name == name)
            ?? throw Refuse(fault, $"the model has no node '{name}'");
        var apply = s_all.First(f => f.Name == kind).Apply;
        return apply(model, node) ?? throw Refuse(fault, $"{node.Op.Name} '{name}' cannot have the fault '{kind}'");
    }

    /// <summary>True for a fault of the tree: it is there before the tree is written.</summary>
    /// <exception cref="ModelException">PAR9003: no such fault.</exception>
    public static bool IsInTree(string fault) => Parse(fault).Kind == MoveHw;

    static (string Node, string Kind) Parse(string fault)
    {
        int colon = fault.LastIndexOf(':');
        string kind = fault[(colon + 1)..];
        return colon > 0 && s_all.Any(f => f.Name == kind)
            ? (fault[..colon], kind)
            : throw Refuse(fault, $"expected NODE:FAULT with a fault of {string.Join(", ", Names)}");
    }

    static ModelException Refuse(string fault, string why) =>
        new(new Finding(Codes.BadUsage, "harness", $"{Variable} is '{fault}': {why}"));

    static NhwcProgram? Epsilon(NhwcProgram model, NhwcNode node) =>
        node.Op is BatchNorm2d norm ? WithOp(model, node, norm with { Eps = 100 * norm.Eps }) : null;

    static NhwcProgram? CountIncludePad(NhwcProgram model, NhwcNode node) =>
        node.Op is AvgPool pool ? WithOp(model, node, pool with { CountIncludePad = !pool.CountIncludePad }) : null;

    static NhwcProgram? OtherGelu(NhwcProgram model, NhwcNode node) =>
        node.Op is GELU gelu ? WithOp(model, node, gelu with { Approximate = !gelu.Approximate }) : null;

    static NhwcProgram? Same(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not Conv { SamePadding: false, Padding: { } padding } convolution) return null;
        var moved = new WindowPadding(
            IntList.Repeat(0, convolution.Axes), [.. padding.Low.Zip(padding.High, (low, high) => low + high)]);
        return moved == padding ? null : WithOp(model, node, convolution with { Padding = moved });
    }

    static NhwcProgram? Statistics(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not BatchNorm2d norm) return null;
        // Computed ones are loaded from nowhere.
        WeightRule[] stored = [.. norm.Weights.Where(rule =>
            rule.Leaf is "mean" or "var" && model.Values[node.Inputs[rule.Operand]].Leaf is not null)];
        foreach (var rule in stored)
            model = WithWeights(model, node.Inputs[rule.Operand], _ => rule.Leaf == "mean" ? 0 : 1);
        return stored.Length == 0 ? null : model;
    }

    static NhwcProgram? OneWeight(NhwcProgram model, NhwcNode node)
    {
        int value = node.Inputs.FirstOrDefault(id => model.Values[id].Leaf is not null, -1);
        if (value < 0) return null;
        double[] weights = model.Values[value].Elements().ToDoubles();
        if (weights.Length == 0) return null;
        int largest = Array.IndexOf(weights, weights.MaxBy(Math.Abs));
        return WithWeights(model, value, i => i != largest ? weights[i] : weights[i] == 0 ? 1 : -weights[i]);
    }

    static NhwcProgram? SwapInputOutput(NhwcProgram model, NhwcNode node) =>
        Kernel(model, node, "hwio", "hwoi") ?? Kernel(model, node, "io", "oi");

    // The letters of the leaf stay what Flax expects, and there and back is the identity: only a run can tell.
    static NhwcProgram? MoveWindow(NhwcProgram model, NhwcNode node)
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
    static NhwcProgram? Kernel(NhwcProgram model, NhwcNode node, string from, string to, string flip = "")
    {
        if (node.Op.Weights.FirstOrDefault(rule => rule.Leaf == "kernel") is not { } rule) return null;
        int value = node.Inputs[rule.Operand];
        if (model.Values[value].Leaf is null) return null;
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

    static NhwcProgram WithOp(NhwcProgram model, NhwcNode node, Op op) =>
        model with { Nodes = model.Nodes.Replace(node, node with { Op = op, Call = null }) };

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
