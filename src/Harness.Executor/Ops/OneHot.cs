using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>For each integer a row of zeros with one 1 at its place: (…) to (…, classes). Source:
/// torch.nn.functional.one_hot.</summary>
public sealed record OneHot : Op
{
    /// <summary>How long a row is.</summary>
    public required int Classes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new OneHot { Classes = call.Int("num_classes") }, "one_hot");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Classes >= 0 ? null
        : $"num_classes={Classes}: the elements of {inputs[0]} decide how long rows are, expected a number";

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(0, inputs[0], narrow: false);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) => Classes;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Int64;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [[.. inputs[0].AsSpan(), Classes]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        new([inputs[0].Layout], [Permutation.Identity(inputs[0].Shape.Rank + 1)]);
}
