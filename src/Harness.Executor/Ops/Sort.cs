using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The elements along one logical axis in order, and the indices at which they stood; equal ones keep theirs,
/// and NaN is the largest. Source: torch.sort and torch.argsort.</summary>
public sealed record Sort : Op
{
    /// <inheritdoc/>
    public override string Name => IndexOnly ? "Argsort" : "Sort";

    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; } = -1;

    /// <summary>True for the largest first.</summary>
    public bool Descending { get; init; }

    /// <summary>True where the indices are the only result.</summary>
    public bool IndexOnly { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Sort
        {
            Dim = call.Int("dim"), Descending = call.Bool("descending"),
            IndexOnly = call.Call.Target.StartsWith("aten::arg", StringComparison.Ordinal),
        },
        "argsort", "argsort.stable", "sort", "sort.stable");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        IndexOnly || result == 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Axis.Misfit(Dim, inputs[0].Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        IndexOnly ? [inputs[0]] : [inputs[0], inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [inputs[0].Layout], IndexOnly ? [inputs[0].Layout] : [inputs[0].Layout, inputs[0].Layout]);
}
