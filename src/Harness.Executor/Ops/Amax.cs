using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The largest element along logical axes, or of all; NaN where one is. Source: torch.amax.</summary>
public sealed record Amax : Reduction
{
    /// <inheritdoc/>
    private protected override bool NeedsElements => true;

    /// <summary>Integers and Booleans stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new Amax()), "amax", "max");
}
