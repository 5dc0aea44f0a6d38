using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x · sigmoid(x)</c>; -∞ gives NaN, as in PyTorch. Source: torch.nn.SiLU.</summary>
public sealed record SiLU : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new SiLU(), "silu");
}
