using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x · tanh(ln(1 + eˣ))</c>. Source: torch.nn.Mish.</summary>
public sealed record Mish : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Mish(), "mish");
}
