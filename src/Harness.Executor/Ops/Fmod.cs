using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>What is left of self after whole multiples of other, with the sign of self; broadcasting. Source:
/// torch.fmod.</summary>
public sealed record Fmod : Binary
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfDivision(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Fmod { Other = Number(call) }, "fmod.Tensor", "fmod.Scalar");
}
