using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;

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
    const string MoveHw = "swap-hw-both-ways", WrongNames = "names";

    static readonly (string Name, string Meaning, Func<NhwcProgram, NhwcNode, NhwcProgram?> Apply)[] s_all =
    [
        ("activation", "an element-wise function is left out", OpFaults.NoFunction),
        ("axis", "a softmax, a mean or a permutation takes another axis", OpFaults.OtherAxis),
        ("bias", "a bias is never loaded", WeightFaults.NoBias),
        ("ceil-mode", "a pool rounds the other way", OpFaults.OtherRounding),
        ("channel", "one channel that comes out is 1 % too large", WeightFaults.OneChannel),
        ("constant", "a slope, a limit or a factor is another", OpFaults.OtherConstant),
        ("count-include-pad", "an average pool counts its padding, or no longer does", OpFaults.CountIncludePad),
        ("epsilon", "a norm's epsilon is a hundred times as large", OpFaults.Epsilon),
        ("flip-hw", "a kernel's window is turned by 180 degrees", (model, node) =>
            WeightFaults.Kernel(model, node, "hwio", "hwio", "hw")),
        ("gelu", "GELU's other form", OpFaults.OtherGelu),
        ("index", "a slice or a selection is off by one", OpFaults.OffByOne),
        (WrongNames, "a norm's scale and bias, or its mean and variance, go by each other's names in the tree",
            WeightFaults.ExchangedNames),
        ("operands", "two operands are exchanged", OpFaults.Exchanged),
        ("padding", "the top left padding goes to the bottom right, as SAME would have it", OpFaults.PaddingLast),
        ("padding-first", "the bottom right padding goes to the top left", OpFaults.PaddingFirst),
        ("pool", "the largest instead of the mean, or the mean instead of the largest", OpFaults.OtherPool),
        ("precision", "a kernel went through bfloat16", WeightFaults.Half),
        ("shuffle", "a kernel's output channels are one place off, as a wrong order of groups leaves them",
            WeightFaults.Shuffled),
        ("statistics", "running mean 0 and variance 1: batch_stats never loaded", WeightFaults.Statistics),
        ("swap-hw", "a kernel's height and width are swapped", (model, node) =>
            WeightFaults.Kernel(model, node, "hwio", "whio")),
        (MoveHw, "a kernel's height and width are exchanged on its way into the tree and on its way back",
            WeightFaults.MoveWindow),
        ("swap-io", "a kernel's inputs and outputs are swapped", WeightFaults.SwapInputOutput),
        ("weights", "one converted weight has the wrong sign", WeightFaults.OneWeight),
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
    public static bool IsInTree(string fault) => Parse(fault).Kind is MoveHw or WrongNames;

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
}
