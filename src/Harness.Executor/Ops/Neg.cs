using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>-x</c>. Source: torch.neg.</summary>
public sealed record Neg : Elementwise
{
    /// <summary>Integers stay what they are; flags have no negative.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        Promotion.Scaled(inputs[operand].Type, 1, takesFlags: false);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Neg(), "neg", "negative");
}
