using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>A named end of a graph: an input or an output.</summary>
/// <param name="Name">Python's argument name, a dictionary key, or the position as text.</param>
/// <param name="Value">The value it stands for.</param>
/// <param name="Shape">The shape the file states in PyTorch's axis order, if it states one.</param>
/// <param name="Type">The element type the file states; float32 where it states none.</param>
public sealed record Port(string Name, int Value, Shape? Shape = null, ElementType Type = ElementType.Float32);

/// <summary>A value read from the state dict.</summary>
/// <param name="Value">The value.</param>
/// <param name="Key">The state-dict key: <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Shape">The shape the file states in PyTorch's axis order, if it states one.</param>
/// <param name="Type">The element type the file states; float32 where it states none.</param>
public sealed record ParameterValue(int Value, string Key, Shape? Shape = null, ElementType Type = ElementType.Float32)
{
    /// <summary>True for a buffer: part of the state, and no parameter that training would change.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>What the module's constructor puts there where training never changes it, such as a table of places;
    /// null where weights alone say it.</summary>
    public Tensor? Initial { get; init; }

    /// <summary>Value and key, which is what most readers want.</summary>
    public void Deconstruct(out int value, out string key) => (value, key) = (Value, Key);
}

/// <summary>A tensor stored with the graph that no state-dict key names.</summary>
/// <param name="Value">The value.</param>
/// <param name="Name">A stable name: <c>c0</c>.</param>
/// <param name="Tensor">Its elements.</param>
public sealed record ConstantValue(int Value, string Name, Tensor Tensor);

/// <summary>A straight-line program in PyTorch's terms and layout: each value is an input, a parameter, a constant, or
/// the result of exactly one call, and calls stand in an order that defines values before their use.</summary>
/// <param name="Inputs">Inputs in the order of <c>forward</c>.</param>
/// <param name="Parameters">Values read from the state dict.</param>
/// <param name="Constants">Tensors stored with the graph.</param>
/// <param name="Calls">The program.</param>
/// <param name="Outputs">Outputs, tuples and dictionaries flattened.</param>
/// <param name="ValueCount">One more than the largest value number.</param>
public sealed record Graph(
    ImmutableArray<Port> Inputs,
    ImmutableArray<ParameterValue> Parameters,
    ImmutableArray<ConstantValue> Constants,
    ImmutableArray<Call> Calls,
    ImmutableArray<Port> Outputs,
    int ValueCount)
{
    /// <summary>What the file says of the sizes of the inputs; null where it says nothing.</summary>
    public SizeRules? Sizes { get; init; }
}
