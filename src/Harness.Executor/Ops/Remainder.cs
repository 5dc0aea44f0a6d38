using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>What is left of self after whole multiples of other, with the sign of other, as Python's %; broadcasting.
/// Source: torch.remainder.</summary>
public sealed record Remainder : Binary
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfDivision(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Remainder { Other = Number(call) }, "remainder.Tensor", "remainder.Scalar");
}
