using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One number everywhere: zeros, ones, what <c>full</c> says, in a stated shape or that of an operand; filled
/// in place, an operand is its shape and type alone. Source: torch.full.</summary>
public sealed record Full : Creation
{
    /// <summary>The extents; null for those of operand 0.</summary>
    public IntList? Size { get; init; }

    /// <summary>The number; null for operand 1, a tensor without axes.</summary>
    public Number? Value { get; init; }

    /// <summary>True where the elements have the type of operand 0.</summary>
    public bool Follows { get; init; }

    /// <summary>True for memory that is written before it is read. What is read unwritten may be anything in PyTorch;
    /// here it is what PyTorch's own deterministic mode puts there, so that it shows wherever it gets to: NaN, the
    /// largest integer, true. Source: torch.utils.deterministic.fill_uninitialized_memory.</summary>
    public bool IsUnwritten { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse,
        "empty.memory_format", "empty_like", "fill.Scalar", "fill.Tensor", "full", "full_like", "new_empty",
        "new_full", "new_ones", "new_zeros", "ones", "ones_like", "scalar_tensor", "zero", "zeros", "zeros_like");

    static Full Parse(Bound call)
    {
        string name = call.Call.Target["aten::".Length..].TrimEnd('_');
        string number = name switch { "scalar_tensor" => "s", "fill" => "value", _ => "fill_value" };
        bool byTensor = call.Has(number) && call[number] is ValueArgument;
        Number? value = byTensor ? null : call.Has(number) ? call.Number(number) : name.Contains("one") ? 1 : 0;
        var type = ReadType(call);
        bool follows = type is null && call.Has("self");
        // What it holds says what full makes; a tensor of a scalar is of floats.
        bool unwritten = name.Contains("empty");
        type ??= name != "full" ? ElementType.Float32
            : call[number] is BoolArgument ? ElementType.Bool
            : value!.Value.IsInteger ? ElementType.Int64 : ElementType.Float32;
        return new Full
        {
            Size = name == "scalar_tensor" ? [] : call.Has("size") ? IntList.Create(call.Ints("size").AsSpan()) : null,
            Value = unwritten ? Unwritten(type.Value) : value,
            Type = type.Value,
            Follows = follows,
            IsUnwritten = unwritten,
        };
    }

    static Number Unwritten(ElementType type) => type switch
    {
        ElementType.Int64 => Number.Of(long.MaxValue),
        ElementType.Int32 => int.MaxValue,
        ElementType.Int16 => short.MaxValue,
        ElementType.Int8 => sbyte.MaxValue,
        ElementType.UInt8 => byte.MaxValue,
        ElementType.Bool => 1,
        _ => double.NaN,
    };

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands) =>
        IsUnwritten && Follows ? this with { Value = Unwritten(operands[0].Type) } : this;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        var type = Follows ? inputs[0].Type : Type;
        bool cuts = !IsUnwritten && !type.IsFloating() && type != ElementType.Bool
            && (Value?.IsInteger == false || (Value is null && inputs[1].Type.IsFloating()));
        return cuts ? $"{type.NumPyName()} from a floating-point number is not supported" : null;
    }

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Follows ? inputs[0].Type : Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (Value is null && inputs[1].Rank > 0) return $"the value is {inputs[1]}, expected 0 axes";
        if (Size is not { } size) return null;
        foreach (int extent in size) if (extent < 0) return $"size is {size}, expected extents from 0 on";
        return null;
    }

    /// <inheritdoc/>
    protected override Shape ShapeFor(ReadOnlySpan<Shape> inputs) =>
        Size is { } size ? Shape.Create(size.AsSpan()) : inputs[0];
}
