using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>What is done with truth values, or with bits.</summary>
public enum Connective
{
    /// <summary>Both.</summary>
    And,

    /// <summary>Not the one.</summary>
    Not,

    /// <summary>Either.</summary>
    Or,

    /// <summary>Either but not both.</summary>
    Xor,

    /// <summary>Bits moved up.</summary>
    LeftShift,

    /// <summary>Bits moved down, the sign kept.</summary>
    RightShift,
}

/// <summary>A connective of truth values, with broadcasting; what is not 0 is true. Source: torch.logical_and,
/// torch.logical_not, torch.logical_or and torch.logical_xor.</summary>
public sealed record Logical : Op
{
    /// <inheritdoc/>
    public override string Name => $"Logical{Connective}";

    /// <summary>The connective.</summary>
    public required Connective Connective { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse,
        "logical_and", "logical_not", "logical_or", "logical_xor");

    static Logical Parse(Bound call) => new()
    {
        Connective = call.Call.Target.TrimEnd('_') switch
        {
            "aten::logical_and" => Connective.And,
            "aten::logical_not" => Connective.Not,
            "aten::logical_or" => Connective.Or,
            _ => Connective.Xor,
        },
    };

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);

    /// <inheritdoc/>
    public override bool IsElementwise => Connective == Connective.Not;
}
