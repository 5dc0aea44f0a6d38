using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>-x</c>. Source: torch.neg.</summary>
public sealed record Neg : Elementwise
{
    /// <summary>Flags have no negative.</summary>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfFlags(inputs);

    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Neg(), "neg", "negative");
}
