using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along one logical axis. Source: torch.cat.</summary>
public sealed record Cat : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Cat { Dim = call.Int("dim") },
        "cat(Tensor[] tensors, int dim=0) -> Tensor",
        "concat(Tensor[] tensors, int dim=0) -> Tensor",
        "concatenate(Tensor[] tensors, int dim=0) -> Tensor");

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs)
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

    /// <summary>The operands that do not lie in the result already, each with its first index there.</summary>
    internal ImmutableArray<(ValueBuffer Source, int At)> Copied(ImmutableArray<int> inputs, int result, Func<int, ValueBuffer> bufferOf)
    {
        var output = bufferOf(result);
        int axis = Axis.Of(Dim, output.Shape.Rank), at = 0;
        var copied = ImmutableArray.CreateBuilder<(ValueBuffer, int)>();
        foreach (int input in inputs)
        {
            var source = bufferOf(input);
            if (source.Home != output.Home || source.Channel != output.Channel + at) copied.Add((source, at));
            at += source.Shape[axis];
        }
        return copied.ToImmutable();
    }

    /// <inheritdoc/>
    internal override Step<E> Lower<E>(Lowering<E> node)
    {
        var output = node.Output();
        nint stride = output.StrideOf(Axis.Of(Dim, output.Shape.Rank));
        return new CopyStep<E>(node.Lanes, [.. Copied(node.Inputs, output.Value, node.BufferOf)
            .Select(block => CopyStep<E>.Block.Whole(output, block.At * stride, block.Source))]);
    }
}
