using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The k largest, or smallest, elements along one logical axis, in order, and the indices at which they stood.
/// Of equal ones the first; PyTorch does not say which. Source: torch.topk.</summary>
public sealed record TopK : Op
{
    /// <summary>How many.</summary>
    public required int K { get; init; }

    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; } = -1;

    /// <summary>True for the smallest.</summary>
    public bool Smallest { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "topk");

    static TopK Parse(Bound call) => call.Bool("sorted")
        ? new TopK { K = call.Int("k"), Dim = call.Int("dim"), Smallest = !call.Bool("largest") }
        : throw call.Refuse("sorted=False, an order that PyTorch does not state, expected True");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        result == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        int extent = x.Rank == 0 ? 1 : x[Axis.Of(Dim, x.Rank)];
        return K < 0 || K > extent ? $"k is {K}, expected 0 to {extent}" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = inputs[0].AsSpan().ToArray();
        if (extents.Length > 0) extents[Axis.Of(Dim, extents.Length)] = K;
        return [Shape.Create(extents), Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        new([inputs[0].Layout], [inputs[0].Layout, inputs[0].Layout]);
}
