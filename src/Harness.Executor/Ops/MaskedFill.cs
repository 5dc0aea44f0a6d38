using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand, with one value wherever a mask holds; operand and mask broadcast. The value is a number or a
/// tensor without axes, and is cast to the operand's type. Source: torch.Tensor.masked_fill.</summary>
public sealed record MaskedFill : Op
{
    /// <summary>The value when it is a number; null when it is operand 2.</summary>
    public Number? Value { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new MaskedFill { Value = call.Operands.Length == 3 ? null : call.Number("value") },
        "masked_fill.Scalar", "masked_fill.Tensor");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        !inputs[0].Type.IsFloating() && (Value?.IsInteger == false || (Value is null && inputs[2].Type.IsFloating()))
            ? $"operand 0 is {inputs[0]}: integers filled with a floating-point number are not supported" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[1].Type == ElementType.Bool ? null
        : $"the mask is {inputs[1]}, expected bool; PyTorch refuses it too";

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Bool : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs[..2])
        ?? (Value is null && inputs[2].Rank > 0 ? $"the value is {inputs[2]}, expected 0 axes" : null);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs[..2])];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);
}
