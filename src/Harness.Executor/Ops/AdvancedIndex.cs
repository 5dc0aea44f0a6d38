using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Elements at the places that integer tensors name: Python's <c>x[:, i, j]</c>. The indices broadcast, and
/// their axes stand where the indexed ones stood where these are neighbours, else in front. Source: torch.Tensor.index.
/// </summary>
/// <remarks>A negative integer counts from the end; one that is no index ends the run. Masks give as many elements as
/// they hold ones, which no program says before it runs.</remarks>
public sealed record AdvancedIndex : Op
{
    /// <summary>The indexed axes, in order: operand i + 1 holds the indices of axis i of them.</summary>
    public required IntList Axes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new AdvancedIndex { Axes = AxesOf(call) }, "_unsafe_index.Tensor", "index.Tensor");

    /// <summary>The axes of a call that have indices.</summary>
    internal static IntList AxesOf(Bound call)
    {
        var items = ((ListArgument)call["indices"]).Items;
        return [.. Enumerable.Range(0, items.Length).Where(axis => items[axis] is not NoneArgument)];
    }

    /// <summary>The list of a call that indexes one axis.</summary>
    internal static Argument Along(int axis, Argument index) =>
        Argument.Of([.. Enumerable.Repeat(Argument.None, axis), index]);

    /// <summary>Why masks are not taken; null where there are none.</summary>
    internal static string? Masks(ReadOnlySpan<Fact> indices)
    {
        foreach (var index in indices)
        {
            if (index.Type is ElementType.Bool or ElementType.UInt8)
            {
                return $"an index is {index}: masks give as many elements as they hold ones, "
                    + "expected int64 or int32 indices";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Masks(inputs[1..]);

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        for (int i = 1; i < inputs.Length; i++)
            if (Picking.MisfitOfIndex(i, inputs[i]) is { } why) return why;
        return null;
    }

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand > 0 ? inputs[0][Axes[operand - 1]] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand > 0 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        MisfitOf(Axes, inputs[0]) ?? Broadcast.Misfit(inputs[1..]);

    /// <summary>Why a tensor has no such axes; null where it has.</summary>
    internal static string? MisfitOf(IntList axes, Shape x) =>
        axes.Count == 0 ? "0 indices, expected at least 1"
        : axes[^1] >= x.Rank ? $"axis {axes[^1]} is indexed, {x} has {x.Rank} axes"
        : null;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Indexed(Axes, inputs)];

    /// <summary>The shape of what indices name.</summary>
    internal static Shape Indexed(IntList axes, ReadOnlySpan<Shape> inputs)
    {
        var block = Broadcast.Infer(inputs[1..]);
        var extents = new List<int>();
        for (int axis = 0; axis < inputs[0].Rank; axis++)
            if (!axes.AsSpan().Contains(axis)) extents.Add(inputs[0][axis]);
        extents.InsertRange(First(axes), block.AsSpan().ToArray());
        return Shape.Create([.. extents]);
    }

    /// <summary>The result's axis at which those of the indices begin.</summary>
    internal static int First(IntList axes) => axes[^1] - axes[0] == axes.Count - 1 ? axes[0] : 0;

    /// <summary>For each axis of the operand its axis in the result; null for the indexed ones.</summary>
    internal static int?[] Goes(IntList axes, int rank, int come)
    {
        var goes = new int?[rank];
        int first = First(axes), kept = 0;
        for (int axis = 0; axis < rank; axis++)
        {
            if (axes.AsSpan().Contains(axis)) continue;
            goes[axis] = kept < first ? kept : kept + come;
            kept++;
        }
        return goes;
    }

    /// <summary>Along an axis of the indices, or one that has none.</summary>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        var block = Broadcast.Infer(inputs[1..]);
        if (operand == 0) return Goes(Axes, inputs[0].Rank, block.Rank)[axis];
        return Broadcast.Keeps(operand - 1, axis, inputs[1..]) is { } place ? First(Axes) + place : null;
    }

    /// <summary>As the operand lies, its indexed axes replaced.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var shapes = new Shape[inputs.Length];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = inputs[i].Shape;
        int come = Broadcast.Infer(shapes.AsSpan(1)).Rank, rank = inputs[0].Shape.Rank;
        return new Arrangement([.. Arrangements.Current(inputs)], [Picking.Layout(
            inputs[0].Layout, rank - Axes.Count + come, Goes(Axes, rank, come), First(Axes), come)]);
    }
}
