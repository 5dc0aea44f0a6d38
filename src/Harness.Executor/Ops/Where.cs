using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One of two terms by a condition, with broadcasting; either term is a tensor's or a number. What is not 0 is
/// true. Source: torch.where.</summary>
public sealed record Where : Op
{
    /// <summary>What is taken where the condition holds when it is a number; null when it is an operand.</summary>
    public Number? Self { get; init; }

    /// <summary>What is taken elsewhere when it is a number; null when it is an operand.</summary>
    public Number? Other { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "where.Scalar", "where.ScalarOther", "where.ScalarSelf", "where.self");

    static Where Parse(Bound call) => new() { Self = Term(call, "self"), Other = Term(call, "other") };

    static Number? Term(Bound call, string name) => call[name] switch
    {
        ValueArgument => null,
        // It would keep Booleans what they are, which no number does.
        BoolArgument flag => throw call.Refuse($"{name}={flag}, expected a tensor or a number"),
        _ => call.Number(name),
    };

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type is ElementType.Bool
        or ElementType.UInt8 ? null : $"the condition is {inputs[0]}, expected bool; PyTorch refuses it too";

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 0 ? ElementType.Bool : Common(inputs);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Common(inputs);

    ElementType Common(ReadOnlySpan<Fact> inputs)
    {
        if (inputs.Length == 3) return Promotion.Of(inputs[1..]);
        var number = (Self ?? Other)!.Value;
        if (inputs.Length == 2) return Promotion.With(inputs[1].Type, number);
        return number.IsInteger && Other!.Value.IsInteger ? ElementType.Int64 : ElementType.Float32;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);
}
