using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Matrices with zeros above or below a diagonal; the matrix is the last two logical axes. Source: torch.tril
/// and torch.triu.</summary>
public sealed record Triangle : Op
{
    /// <inheritdoc/>
    public override string Name => Upper ? "Triu" : "Tril";

    /// <summary>True where what lies on the diagonal and above it stays; else on it and below.</summary>
    public required bool Upper { get; init; }

    /// <summary>The diagonal: positive ones lie above the main one.</summary>
    public int Diagonal { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Triangle
        {
            Upper = call.Call.Target.StartsWith("aten::triu", StringComparison.Ordinal),
            Diagonal = call.Int("diagonal"),
        },
        "tril", "triu");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        inputs[0].Rank < 2 ? $"operand 0 is {inputs[0]}, expected at least 2 axes" : null;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
