using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>|x|</c>. Source: torch.abs.</summary>
public sealed record Abs : Elementwise
{
    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Abs(), "abs", "absolute");
}
