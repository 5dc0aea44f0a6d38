using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The elements where a mask is set, one after another; operand and mask broadcast. Source:
/// torch.masked_select.</summary>
/// <remarks>How many there are is not known before a run: a selection, as by an index.</remarks>
public sealed record MaskedSelect : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new MaskedSelect(), "masked_select");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[1].Type == ElementType.Bool ? null
        : $"the mask is {inputs[1]}, expected bool; PyTorch refuses it too";

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Broadcast.Misfit(inputs) ?? Axis.MisfitOfExtent(Broadcast.Infer(inputs).Elements);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[(int)Broadcast.Infer(inputs).Elements]];

    internal override void Write(CallWriter calls)
    {
        Argument x = calls.Operands[0], mask = calls.Operands[1];
        var shape = Broadcast.Infer([calls.ShapeOf(x), calls.ShapeOf(mask)]);
        // A mask without axes is one of one element.
        if (shape.Rank == 0) shape = [1];
        if (calls.ShapeOf(mask) != shape) mask = calls.Call("mask", "aten::expand", mask, CallWriter.Ints(shape));
        if (calls.ShapeOf(x) != shape) x = calls.Call("x", "aten::expand", x, CallWriter.Ints(shape));
        calls.Give("aten::index", x, Argument.Of([mask]));
    }
}
