using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The largest, or smallest, element along one logical axis and the first index at which it stands: both, or
/// the index alone. NaN is both the largest and the smallest. Source: torch.max, torch.min, torch.argmax and
/// torch.argmin.</summary>
public sealed record Extreme : Op
{
    /// <inheritdoc/>
    public override string Name => (IndexOnly ? "Arg" : "") + (Smallest ? "Min" : "Max");

    /// <summary>The logical axis; negative counts from the last. Null for all, in PyTorch's order.</summary>
    public required int? Dim { get; init; }

    /// <summary>True when the axis stays, with extent 1.</summary>
    public bool KeepDims { get; init; }

    /// <summary>True for the smallest element.</summary>
    public bool Smallest { get; init; }

    /// <summary>True where the index is the only result.</summary>
    public bool IndexOnly { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Extreme
        {
            Dim = call.IntOrNull("dim"), KeepDims = call.Bool("keepdim"),
            Smallest = call.Call.Target.EndsWith("min", StringComparison.Ordinal),
            IndexOnly = call.Call.Target.StartsWith("aten::arg", StringComparison.Ordinal),
        },
        "argmax", "argmin", "max.dim", "min.dim");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => IndexOnly && inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}, {Name} takes numbers, in PyTorch too" : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        IndexOnly || result == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Dim is not { } dim) return x.Elements == 0 ? $"operand 0 is {x}, expected elements" : null;
        if (Axis.Misfit(dim, x.Rank) is { } why) return why;
        bool none = x.Rank > 0 && x[Axis.Of(dim, x.Rank)] == 0;
        return none ? $"operand 0 is {x}, expected elements on axis {dim}" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var extents = new List<int>();
        for (int axis = 0; axis < inputs[0].Rank; axis++)
        {
            bool goes = Dim is not { } dim || axis == Axis.Of(dim, inputs[0].Rank);
            if (!goes) extents.Add(inputs[0][axis]);
            else if (KeepDims) extents.Add(1);
        }
        Shape result = Shape.Create([.. extents]);
        return IndexOnly ? [result] : [result, result];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        int[] gone = layout.Rank == 0 ? [] : Dim is { } dim ? [Axis.Of(dim, layout.Rank)]
            : [.. Enumerable.Range(0, layout.Rank)];
        var result = KeepDims ? layout : Arrangements.Without(layout, gone);
        return new Arrangement([layout], IndexOnly ? [result] : [result, result]);
    }
}
