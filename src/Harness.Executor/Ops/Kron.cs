using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Ops;

/// <summary>Each element of the first operand times the whole second one, block by block; missing axes come first.
/// Source: torch.kron.</summary>
public sealed record Kron : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Kron(), "kron");

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    // Blocks and what is in them take twice the axes on the way.
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        2 * Math.Max(inputs[0].Shape.Rank, inputs[1].Shape.Rank) > ShapedGraph.MostAxes
            ? $"operands of more than {ShapedGraph.MostAxes / 2} axes are not supported" : null;

    static int ExtentOf(Shape x, int behind) => behind <= x.Rank ? x[-behind] : 1;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        for (int i = 1; i <= Math.Max(inputs[0].Rank, inputs[1].Rank); i++)
            if (Axis.MisfitOfExtent((long)ExtentOf(inputs[0], i) * ExtentOf(inputs[1], i)) is { } why) return why;
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = new int[Math.Max(inputs[0].Rank, inputs[1].Rank)];
        for (int i = 1; i <= extents.Length; i++) extents[^i] = ExtentOf(inputs[0], i) * ExtentOf(inputs[1], i);
        return [Shape.Create(extents)];
    }

    internal override void Write(CallWriter calls)
    {
        Argument a = calls.Operands[0], b = calls.Operands[1];
        Shape first = calls.ShapeOf(a), second = calls.ShapeOf(b);
        var shape = InferShapes([first, second])[0];
        var (outer, inner) = (new List<int>(), new List<int>());
        for (int i = shape.Rank; i > 0; i--)
        {
            outer.AddRange(ExtentOf(first, i), 1);
            inner.AddRange(1, ExtentOf(second, i));
        }
        a = calls.Call("outer", "aten::reshape", a, CallWriter.Ints(outer));
        b = calls.Call("inner", "aten::reshape", b, CallWriter.Ints(inner));
        calls.Give("aten::reshape", calls.Call("products", "aten::mul", a, b), CallWriter.Ints(shape));
    }
}
