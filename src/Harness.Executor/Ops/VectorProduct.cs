using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A product of which at least one operand is a vector: a row before a matrix, a column behind one. Source:
/// torch.mv, torch.dot, torch.matmul.</summary>
public sealed record VectorProduct : Composite
{
    /// <summary>How many axes the first operand has where the operator says so; null for matmul.</summary>
    public int? Axes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new VectorProduct { Axes = call.Call.Target == "aten::mv" ? 2 : 1 }, "dot", "mv", "vdot");

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        if (Axes is { } axes && (a.Rank != axes || b.Rank != 1))
            return $"operands are {a} and {b}, expected {axes} axes and 1";
        int columns = a[-1], rows = b[b.Rank == 1 ? -1 : -2];
        return columns == rows ? null : $"{a} times {b}: {columns} columns meet {rows} rows";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        return [b.Rank == 1 ? [.. a.AsSpan()[..^1]] : [.. b.AsSpan()[..^2], b[-1]]];
    }

    internal override void Write(CallWriter calls)
    {
        Argument a = calls.Operands[0], b = calls.Operands[1];
        var shape = InferShapes([calls.ShapeOf(a), calls.ShapeOf(b)])[0];
        if (calls.ShapeOf(a).Rank == 1) a = calls.Call("row", "aten::unsqueeze", a, Argument.Of(0L));
        if (calls.ShapeOf(b).Rank == 1) b = calls.Call("column", "aten::unsqueeze", b, Argument.Of(1L));
        calls.Give("aten::reshape", calls.Call("product", "aten::matmul", a, b), CallWriter.Ints(shape));
    }
}
