using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Axes of extent 1 repeated to a stated shape; new axes come first. Source: torch.Tensor.expand.</summary>
public sealed record Expand : Part
{
    /// <summary>The logical extents; -1 keeps the operand's.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Expand { Sizes = IntList.Create(call.Ints("size").AsSpan()) }, "broadcast_to", "expand");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int added = Sizes.Count - x.Rank;
        if (added < 0) return $"{Sizes} has {Sizes.Count} axes, input {x} has {x.Rank}";
        for (int axis = 0; axis < Sizes.Count; axis++)
        {
            int own = axis < added ? 1 : x[axis - added], size = Sizes[axis];
            bool kept = size == -1 && axis >= added;
            if (!kept && (size < 0 || (size != own && own != 1)))
                return $"input {x} does not expand to {Sizes}: axis {axis} is {own}, expected 1 or {size}";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int[] extents = [.. Sizes];
        for (int axis = 0; axis < extents.Length; axis++)
            if (extents[axis] == -1) extents[axis] = x[axis - extents.Length + x.Rank];
        return [Shape.Create(extents)];
    }

    // Elements that are several of the result's are written by none of them alone; PyTorch refuses it too.
    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) =>
        InferShapes([operand])[0].Elements == operand.Elements
            ? calls.Call("whole", "aten::reshape", value, CallWriter.Ints(operand)) : null;

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        int place = axis + Sizes.Count - inputs[0].Rank;
        return InferShapes(inputs)[0][place] == inputs[0][axis] ? place : null;
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        int added = Sizes.Count - layout.Rank;
        int[] axes = [.. Enumerable.Range(0, added), .. layout.AsSpan().ToArray().Select(axis => axis + added)];
        return new Arrangement([layout], [new Permutation(axes)]);
    }
}
