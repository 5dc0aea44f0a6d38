using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Logical axes that run the other way. Source: torch.flip.</summary>
public sealed record Flip : Op
{
    /// <summary>The logical axes; negative ones count from the last.</summary>
    public required IntList Dims { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Flip { Dims = IntList.Create(call.Ints("dims").AsSpan()) }, "flip");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Axis.Misfit(Dims, inputs[0].Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Axis.Of(Dims, inputs[0].Rank).Contains(axis) ? null : axis;

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
