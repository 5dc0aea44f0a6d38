using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>1, 0 or -1 as x is above, at or below 0; 0 of NaN. Source: torch.sign.</summary>
public sealed record Sign : Elementwise
{
    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Sign(), "sign", "sgn");
}
