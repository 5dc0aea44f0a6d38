using System.Collections.Immutable;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Walk;

/// <summary>What a value of the graph is while the walk runs: a tensor, a number computed on the way, or a
/// list.</summary>
public abstract record Value
{
    /// <summary>A tensor.</summary>
    public static implicit operator Value(TorchTensor tensor) => new TensorValue(tensor);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long number) => new IntValue(number);

    /// <summary>A floating-point number.</summary>
    public static implicit operator Value(double number) => new FloatValue(number);

    /// <summary>A Boolean.</summary>
    public static implicit operator Value(bool flag) => new BoolValue(flag);

    /// <summary>A list of tensors.</summary>
    public static implicit operator Value(TorchTensor[] tensors) =>
        new ListValue([.. tensors.Select(tensor => new TensorValue(tensor))]);

    /// <summary>A list of integers.</summary>
    public static implicit operator Value(long[] numbers) =>
        new ListValue([.. numbers.Select(number => new IntValue(number))]);

    /// <summary>The tensors in this value, lists flattened.</summary>
    public IEnumerable<TorchTensor> Tensors => this switch
    {
        TensorValue single => [single.Tensor],
        ListValue list => list.Items.SelectMany(item => item.Tensors),
        _ => [],
    };

    /// <summary>This value with each tensor replaced.</summary>
    public Value Select(Func<TorchTensor, TorchTensor> replace) => this switch
    {
        TensorValue single => replace(single.Tensor),
        ListValue list => new ListValue([.. list.Items.Select(item => item.Select(replace))]),
        _ => this,
    };
}

/// <summary>A tensor of libtorch.</summary>
public sealed record TensorValue(TorchTensor Tensor) : Value;

/// <summary>An integer: a size, or what follows from sizes.</summary>
public sealed record IntValue(long Number) : Value;

/// <summary>A floating-point number.</summary>
public sealed record FloatValue(double Number) : Value;

/// <summary>A Boolean.</summary>
public sealed record BoolValue(bool Flag) : Value;

/// <summary>A string.</summary>
public sealed record TextValue(string Text) : Value;

/// <summary>Python's <c>None</c>.</summary>
public sealed record NoneValue : Value
{
    /// <summary>The only one.</summary>
    public static readonly NoneValue Instance = new();
}

/// <summary>A list or tuple.</summary>
public sealed record ListValue(ImmutableArray<Value> Items) : Value;
