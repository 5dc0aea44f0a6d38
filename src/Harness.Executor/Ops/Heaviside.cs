using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>0 below 0, 1 above it, and what the second operand says at 0; NaN gives 0, as in PyTorch. Source:
/// torch.heaviside.</summary>
public sealed record Heaviside : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Heaviside(), "heaviside");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type == inputs[1].Type ? null
        : $"operands are {inputs[0]} and {inputs[1]}, expected one type; PyTorch refuses it too";
}
