using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with one value at the indices of a logical axis that a vector names; the value is a number or a
/// tensor without axes, and is cast to the operand's type. Source: torch.Tensor.index_fill.</summary>
public sealed record IndexFill : Composite
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The value when it is a number; null when it is operand 2.</summary>
    public Number? Value { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexFill
        {
            Dim = call.Int("dim"), Value = call.Operands.Length == 3 ? null : call.Number("value"),
        },
        "index_fill.int_Scalar", "index_fill.int_Tensor");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Shape.Rank == 0
        ? "operand 0 has 0 axes: scalars are not supported"
        : !inputs[0].Type.IsFloating() && (Value?.IsInteger == false || (Value is null && inputs[2].Type.IsFloating()))
        ? $"operand 0 is {inputs[0]}: integers filled with a floating-point number are not supported" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Axis.Misfit(Dim, inputs[0].Rank)
        ?? (inputs[1].Rank > 1 ? $"index is {inputs[1]}, expected at most 1 axis"
        : Value is null && inputs[2].Rank > 0 ? $"the value is {inputs[2]}, expected 0 axes" : null);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        // In the operand's type, as the operator casts it.
        var value = Value is { } number
            ? calls.Call("value", "aten::new_full", x, CallWriter.Ints(),
                number.IsInteger ? Argument.Of((long)number.Value) : Argument.Of(number.Value))
            : calls.Call("value", "aten::type_as", calls.Operands[2], x);
        calls.Give("aten::index_put", x,
            AdvancedIndex.Along(Axis.Of(Dim, calls.ShapeOf(x).Rank), calls.Operands[1]), value);
    }
}
