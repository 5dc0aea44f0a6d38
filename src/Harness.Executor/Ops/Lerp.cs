using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>self + weight · (end - self)</c>, from the end where the weight is ½ or more; the weight is a tensor or
/// a number. Source: torch.lerp.</summary>
/// <remarks>Operands: self, end; the weight where it is a tensor.</remarks>
public sealed record Lerp : Ternary
{
    /// <summary>The weight when it is a number; null when it is operand 2.</summary>
    public double? Weight { get; init; }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Lerp { Weight = call.Operands.Length == 3 ? null : call.Float("weight") },
        "lerp.Scalar", "lerp.Tensor");
}
