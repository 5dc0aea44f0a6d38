using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Moves a value to another layout; its logical value does not change. Only the pass makes it.</summary>
public sealed record Relayout : Op
{
    /// <summary>False when both layouts lie alike in memory, differing only in where axes of extent 1 stand.</summary>
    public bool Moves { get; init; } = true;

    /// <inheritdoc/>
    public override bool IsView => !Moves;

    /// <inheritdoc/>
    public override bool IsMove => true;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}

/// <summary>(n, c, …) → (n, …·c) as it lies: a flatten whose transpose moved into the linear kernel. Only the pass
/// makes it.</summary>
public sealed record FoldedFlatten : Op
{
    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[inputs[0][0], (int)Window.Elements(inputs[0].AsSpan()[1..])]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 2);
}
