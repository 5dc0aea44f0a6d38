using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along one axis once each has as many axes as that takes.</summary>
public abstract record StackOfViews : Composite
{
    /// <summary>The extents under which a tensor is joined.</summary>
    protected abstract Shape Viewed(Shape one);

    /// <summary>The axis of that many along which they are joined.</summary>
    protected abstract int AxisOf(int rank);

    /// <inheritdoc/>
    public sealed override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    Shape[] Views(ReadOnlySpan<Shape> inputs)
    {
        var views = new Shape[inputs.Length];
        for (int i = 0; i < views.Length; i++) views[i] = Viewed(inputs[i]);
        return views;
    }

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0) return "0 tensors to stack, expected at least one";
        var views = Views(inputs);
        return new Cat { Dim = AxisOf(views[0].Rank) }.MisfitOfShapes(views);
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var views = Views(inputs);
        return new Cat { Dim = AxisOf(views[0].Rank) }.InferShapes(views);
    }

    internal sealed override void Write(CallWriter calls)
    {
        int rank = Viewed(calls.ShapeOf(calls.Operands[0])).Rank;
        calls.Give("aten::cat", Argument.Of([.. calls.Operands.Select((operand, i) =>
        {
            var view = Viewed(calls.ShapeOf(operand));
            return view == calls.ShapeOf(operand) ? operand
                : calls.Call($"item{i}", "aten::reshape", operand, CallWriter.Ints(view));
        })]), Argument.Of((long)AxisOf(rank)));
    }
}
