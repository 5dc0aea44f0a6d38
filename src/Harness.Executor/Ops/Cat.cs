using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along one logical axis. Source: torch.cat.</summary>
public sealed record Cat : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Cat { Dim = call.Int("dim") }, "cat", "concat", "concatenate");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0) return "nothing to join, expected at least one tensor";
        var first = inputs[0];
        if (first.Rank == 0) return "a scalar cannot be joined";
        if (Axis.Misfit(Dim, first.Rank) is { } why) return why;
        int axis = Axis.Of(Dim, first.Rank);
        long joined = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            bool fits = inputs[i].Rank == first.Rank;
            for (int a = 0; fits && a < first.Rank; a++) fits = a == axis || inputs[i][a] == first[a];
            if (!fits) return $"tensor {i} is {inputs[i]}, expected {first} except on axis {axis}";
            joined += inputs[i][axis];
        }
        return Axis.MisfitOfExtent(joined);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int axis = Axis.Of(Dim, inputs[0].Rank);
        int[] extents = inputs[0].AsSpan().ToArray();
        foreach (var more in inputs[1..]) extents[axis] += more[axis];
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        axis == Axis.Of(Dim, inputs[0].Rank) ? null : axis;

    /// <summary>All in one layout: that of the largest operand that is not in PyTorch's own order, if there is
    /// one.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        long most = -1;
        foreach (var input in inputs)
        {
            if (input.Layout.IsIdentity || input.Shape.Elements <= most) continue;
            most = input.Shape.Elements;
            layout = input.Layout;
        }
        return new Arrangement([.. Enumerable.Repeat(layout, inputs.Length)], [layout]);
    }
}
