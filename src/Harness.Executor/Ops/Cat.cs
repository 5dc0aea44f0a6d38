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
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0) throw new ShapeException("nothing to join, expected at least one tensor");
        var first = inputs[0];
        if (first.Rank == 0) throw new ShapeException("a scalar cannot be joined");
        int axis = Axis.Of(Dim, first.Rank);
        int[] extents = first.AsSpan().ToArray();
        for (int i = 1; i < inputs.Length; i++)
        {
            bool fits = inputs[i].Rank == first.Rank;
            for (int a = 0; fits && a < first.Rank; a++) fits = a == axis || inputs[i][a] == first[a];
            if (!fits) throw new ShapeException($"tensor {i} is {inputs[i]}, expected {first} except on axis {axis}");
            extents[axis] = checked(extents[axis] + inputs[i][axis]);
        }
        return [Shape.Create(extents)];
    }

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
