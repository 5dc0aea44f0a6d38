using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x - trunc(x)</c>. Source: torch.frac.</summary>
public sealed record Frac : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Frac(), "frac");
}
