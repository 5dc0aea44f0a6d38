using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One number for all elements along some logical axes, in any layout.</summary>
public abstract record Reduction : Op
{
    /// <summary>The logical axes as the call states them; none means all.</summary>
    public IntList Dims { get; init; }

    /// <summary>True when the axes stay, with extent 1.</summary>
    public bool KeepDims { get; init; }

    /// <summary>The type that the operand is cast to before anything else; null for its own.</summary>
    public ElementType? Type { get; init; }

    /// <inheritdoc/>
    internal sealed override ElementType? CastsTo(ReadOnlySpan<Fact> inputs) => Type;

    /// <inheritdoc/>
    internal sealed override Op? AfterCast => this with { Type = null };

    /// <summary>The logical axes of a tensor of this rank, from 0.</summary>
    public int[] AxesOf(int rank) => Dims.Count == 0 ? [.. Enumerable.Range(0, rank)] : Axis.Of(Dims, rank);

    /// <summary>The op with the axes and keepdim of a call; an overload without them means all axes.</summary>
    internal static T Read<T>(Bound call, T op) where T : Reduction => call.Has("dim")
        ? op with
        {
            Dims = call.IsNone("dim") ? [] : IntList.Create(call.Ints("dim").AsSpan()),
            KeepDims = call.Has("keepdim") && call.Bool("keepdim"),
        }
        : op;

    /// <summary>True where there is no result of no elements: a maximum.</summary>
    private protected virtual bool NeedsElements => false;

    /// <summary>How many results there are, each of one shape.</summary>
    private protected virtual int Results => 1;

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Axis.Misfit(Dims, inputs[0].Rank) ?? (NeedsElements && Count(inputs[0]) == 0
            ? $"input is {inputs[0]}, expected elements along the axes; PyTorch refuses it too" : null);

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int[] axes = AxesOf(x.Rank);
        var extents = new List<int>(x.Rank);
        for (int axis = 0; axis < x.Rank; axis++)
        {
            if (!axes.Contains(axis)) extents.Add(x[axis]);
            else if (KeepDims) extents.Add(1);
        }
        return [.. Enumerable.Repeat(Shape.Create([.. extents]), Results)];
    }

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        int[] axes = AxesOf(inputs[0].Rank);
        return axes.Contains(axis) ? null : KeepDims ? axis : axis - axes.Count(reduced => reduced < axis);
    }

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        var result = KeepDims ? layout : Arrangements.Without(layout, AxesOf(layout.Rank));
        return new Arrangement([layout], [.. Enumerable.Repeat(result, Results)]);
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => inputs[0].Elements;

    /// <summary>How many elements join in each result.</summary>
    internal long Count(Shape input)
    {
        long count = 1;
        foreach (int axis in AxesOf(input.Rank)) count *= input.Rank == 0 ? 1 : input[axis];
        return count;
    }
}
