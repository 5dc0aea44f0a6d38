using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with the elements of a source, one after another in PyTorch's order, where a mask is set;
/// operand and mask broadcast. Source: torch.Tensor.masked_scatter.</summary>
/// <remarks>A source with fewer elements than the mask asks for ends the run.</remarks>
public sealed record MaskedScatter : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new MaskedScatter(), "masked_scatter");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[1].Type != ElementType.Bool
        ? $"the mask is {inputs[1]}, expected bool; PyTorch refuses it too"
        : inputs[0].Type != inputs[2].Type
            ? $"operand and source are {inputs[0]} and {inputs[2]}, expected one type; PyTorch refuses it too" : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (Broadcast.Misfit(inputs[..2]) is { } why) return why;
        long elements = Broadcast.Infer(inputs[..2]).Elements;
        if (elements > 0 && inputs[2].Elements == 0) return $"the source is {inputs[2]}, expected elements";
        return Axis.MisfitOfExtent(Math.Max(elements, inputs[2].Elements));
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs[..2])];

    internal override void Write(CallWriter calls)
    {
        Argument x = calls.Operands[0], mask = calls.Operands[1], source = calls.Operands[2];
        var shape = Broadcast.Infer([calls.ShapeOf(x), calls.ShapeOf(mask)]);
        if (calls.ShapeOf(mask) != shape) mask = calls.Call("mask", "aten::expand", mask, CallWriter.Ints(shape));
        if (calls.ShapeOf(x) != shape) x = calls.Call("x", "aten::expand", x, CallWriter.Ints(shape));
        // How many are set before each place, itself counted: one more than what it takes.
        var flat = calls.Call("flat", "aten::reshape", mask, CallWriter.Ints(-1));
        var count = calls.Call("count", "aten::cumsum", flat, Argument.Of(0L));
        var place = calls.Call("place", "aten::sub", count, Argument.Of(1L));
        place = calls.Call("taken", "aten::clamp_min", place, Argument.Of(0L));
        source = calls.Call("source", "aten::reshape", source, CallWriter.Ints(-1));
        source = calls.Call("values", "aten::index_select", source, Argument.Of(0L), place);
        source = calls.Call("spread", "aten::reshape", source, CallWriter.Ints(shape));
        calls.Give("aten::where", mask, source, x);
    }
}
