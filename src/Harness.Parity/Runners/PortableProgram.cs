using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Runners;

/// <summary>How a node of a <see cref="PortableProgram"/> gets its result.</summary>
public enum PortableKind : byte
{
    /// <summary>By executing its call on operands in PyTorch's axis order.</summary>
    Call,

    /// <summary>Not at all: it is the operand's own memory, read under another shape or layout.</summary>
    Memory,

    /// <summary>By moving the operand's elements to another layout, or casting them to another type.</summary>
    Move,
}

/// <summary>A value: its type and shape in PyTorch's axis order, and how it lies in memory.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Fact">Its element type, float32 standing for the session's precision, and its shape in PyTorch's axis
/// order.</param>
/// <param name="Layout">How it lies in memory.</param>
/// <param name="IsLeaf">True for a Flax leaf, whose elements come with the program.</param>
public sealed record PortableValue(string Name, Fact Fact, Permutation Layout, bool IsLeaf);

/// <summary>An operand of a node.</summary>
/// <param name="Value">The value.</param>
/// <param name="Rule">For a leaf that an op's rule has placed: how PyTorch's operand became the leaf. Its inverse, not
/// the value's layout, says how the op sees it. Null for all others.</param>
public readonly record struct PortableOperand(int Value, Rearrangement? Rule);

/// <summary>A node.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Kind">How it gets its result.</param>
/// <param name="Call">What to execute: a reference to value i means operand i. Null unless <paramref name="Kind"/> is
/// <see cref="PortableKind.Call"/>.</param>
/// <param name="Operands">What it reads.</param>
/// <param name="Outputs">The values it defines.</param>
public sealed record PortableNode(
    string Name, PortableKind Kind, Call? Call, ImmutableArray<PortableOperand> Operands, ImmutableArray<int> Outputs);

/// <summary>What a runner in another process needs to know about a converted program: calls instead of ops, which it
/// executes with arms of its own, and for every value the layout that the program states. Leaves travel beside
/// it.</summary>
/// <param name="Values">The values that nodes and ports name, by their numbers in the program.</param>
/// <param name="Nodes">The nodes, in order and all of them, so that they have the program's numbers.</param>
/// <param name="Inputs">Values of input ports.</param>
/// <param name="Outputs">Values of output ports.</param>
public sealed record PortableProgram(
    IReadOnlyDictionary<int, PortableValue> Values,
    ImmutableArray<PortableNode> Nodes,
    ImmutableArray<int> Inputs,
    ImmutableArray<int> Outputs)
{
    /// <summary>A converted program as it travels.</summary>
    public static PortableProgram Of(NhwcProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ImmutableArray<int> inputs = [.. program.Inputs.Select(port => port.Value)];
        ImmutableArray<int> outputs = [.. program.Outputs.Select(port => port.Value)];
        var named = program.Nodes.SelectMany(node => node.Inputs.Concat(node.Outputs)).Concat(inputs).Concat(outputs);
        return new PortableProgram(
            named.Distinct().ToDictionary(value => value, value => ToPortable(program.Values[value])),
            [.. program.Nodes.Select(node => ToPortable(program, node))], inputs, outputs);
    }

    static PortableValue ToPortable(NhwcValue value) =>
        new(value.Name, value.Fact, value.Layout, value.Leaf is not null);

    static PortableNode ToPortable(NhwcProgram program, NhwcNode node)
    {
        var kind = node.Op.IsView ? PortableKind.Memory
            : node.Op.IsMove ? PortableKind.Move
            : PortableKind.Call;
        // The op's own rule, not the leaf's: where a flatten is folded, the op sees the features in the order they lie
        // in.
        var rules = node.Op.Weights.ToDictionary(rule => rule.Operand, rule => rule.Following(
            program.Values[node.Inputs[0]].Layout, program.Values[node.Inputs[rule.Operand]].Shape.Rank).Rearrangement);
        return new PortableNode(
            node.Name, kind, kind == PortableKind.Call ? node.Call ?? throw NoCall(node) : null,
            [.. node.Inputs.Select((value, i) => new PortableOperand(
                value, program.Values[value].Leaf is not null ? rules.GetValueOrDefault(i) : null))],
            node.Outputs);
    }

    // A pass, or a fault on purpose, has made another op of it.
    static ModelException NoCall(NhwcNode node) => new(new Finding(Codes.UnsupportedOp, node.Place.ToString(),
        $"{node.Op.Name} '{node.Name}' is no call of the model's, and this runner executes calls"));
}
