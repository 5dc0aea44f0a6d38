using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Products of matrices, (…, m, k) with (…, k, n) to (…, m, n), the leading axes broadcast. Source:
/// torch.matmul.</summary>
public sealed record MatMul : Op
{
    /// <summary>The axes of either operand where the operator fixes them, and broadcasts nothing; null for
    /// matmul.</summary>
    public int? Axes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new MatMul { Axes = call.Call.Target switch { "aten::bmm" => 3, "aten::mm" => 2, _ => null } },
        "bmm", "matmul", "mm");

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands)
    {
        int a = operands[0].Shape.Rank, b = operands[1].Shape.Rank;
        return Axes is null && a > 0 && b > 0 && (a == 1 || b == 1) ? new VectorProduct() : this;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        if (a.Rank < 2 || b.Rank < 2) return $"operands are {a} and {b}, expected at least 2 axes each";
        if (a[-1] != b[-2]) return $"{a} times {b}: {a[-1]} columns meet {b[-2]} rows";
        if (Axes is { } axes && (a.Rank != axes || b.Rank != axes))
            return $"operands are {a} and {b}, expected {axes} axes each";
        if (Axes == 3 && a[0] != b[0]) return $"batches of {a[0]} and {b[0]} matrices, expected as many";
        return Broadcast.Misfit(Batches(a, b));
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape a = inputs[0], b = inputs[1];
        return [[.. Broadcast.Infer(Batches(a, b)).AsSpan(), a[-2], b[-1]]];
    }

    static Shape[] Batches(Shape a, Shape b) =>
        [Shape.Create(a.AsSpan()[..^2]), Shape.Create(b.AsSpan()[..^2])];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        operand == 0 && axis < inputs[0].Rank - 1 && inputs[1].Rank == 2 ? axis : null;

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        int a = inputs[0].Shape.Rank, b = inputs[1].Shape.Rank;
        // Rows of a are read k after k. Of b either of the last two axes may be the contiguous one: heads that were
        // split off and a transposed operand stay where they are.
        var first = inputs[0].Layout[a - 1] == a - 1 ? inputs[0].Layout : Permutation.Identity(a);
        var second = inputs[1].Layout[b - 1] >= b - 2 ? inputs[1].Layout : Permutation.Identity(b);
        return new Arrangement([first, second], [Permutation.Identity(Math.Max(a, b))]);
    }

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 2 * output.Elements * inputs[0][-1];
}
