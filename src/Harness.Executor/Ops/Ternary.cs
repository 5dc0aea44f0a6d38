using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One function of three elements, with broadcasting; PyTorch has it for floating-point numbers.</summary>
public abstract record Ternary : Op
{
    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 3 * output.Elements;
}
