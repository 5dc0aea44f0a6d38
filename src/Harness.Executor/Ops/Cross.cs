using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The vector product of threes along a logical axis: <c>a₁b₂ - a₂b₁</c> and so round. Source:
/// torch.linalg.cross, torch.cross.</summary>
public sealed record Cross : Composite
{
    /// <summary>The logical axis, negative counts from the last; null for the first one of 3.</summary>
    public int? Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Cross { Dim = call.IntOrNull("dim") }, "cross", "linalg_cross");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    int AxisOf(Shape x) => Dim is { } dim ? Axis.Of(dim, x.Rank) : x.AsSpan().IndexOf(3);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        if (a.Rank != b.Rank) return $"operands are {a} and {b}, expected as many axes";
        if (Dim is { } dim && Axis.Misfit(dim, a.Rank) is { } why) return why;
        if (Broadcast.Misfit(inputs) is { } apart) return apart;
        int axis = AxisOf(a);
        return axis >= 0 && axis < a.Rank && a[axis] == 3 && b[axis] == 3 ? null
            : $"operands are {a} and {b}, expected 3 elements along {(Dim is null ? "one axis" : $"axis {axis}")}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    internal override void Write(CallWriter calls)
    {
        var dim = CallWriter.Ints(AxisOf(calls.ShapeOf(calls.Operands[0])));
        Argument Rolled(string name, int operand, int by) => calls.Call(
            name, "aten::roll", calls.Operands[operand], CallWriter.Ints(by), dim);
        var plus = calls.Call("plus", "aten::mul", Rolled("a1", 0, -1), Rolled("b2", 1, -2));
        var minus = calls.Call("minus", "aten::mul", Rolled("a2", 0, -2), Rolled("b1", 1, -1));
        calls.Give("aten::sub", plus, minus);
    }
}
