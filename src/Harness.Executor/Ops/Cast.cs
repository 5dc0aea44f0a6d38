using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The same numbers as another element type: floating-point numbers are cut off towards zero, and what is not 0
/// is true. Source: torch.Tensor.to.</summary>
/// <remarks>Between floating-point types nothing is cast: every one is computed in the plan's precision.</remarks>
public sealed record Cast : Op
{
    /// <summary>The type of the result.</summary>
    public required ElementType To { get; init; }

    /// <inheritdoc/>
    public override bool IsElementwise => true;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => To;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
