using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One function of two elements, with broadcasting; the second is a tensor's or a number.</summary>
public abstract record Binary : Op
{
    /// <summary>The second term when it is a number; null when it is the second operand.</summary>
    public Number? Other { get; init; }

    /// <summary>The first term when it is a number; null when it is an operand.</summary>
    public Number? First { get; init; }

    /// <summary>The number that stands for the second term, if one does.</summary>
    internal static Number? Number(Bound call) => call.Operands.Length == 2 ? null : call.Number("other");

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        (Other ?? First) is { } number ? Promotion.With(inputs[0].Type, number) : Promotion.Of(inputs);

    /// <inheritdoc/>
    public sealed override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => OperandType(0, inputs);

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
    public sealed override bool IsElementwise => Other is not null || First is not null;
}
