using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>min(max(x + 3, 0), 6) / 6</c>. Source: torch.nn.Hardsigmoid.</summary>
public sealed record Hardsigmoid : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Hardsigmoid(), "hardsigmoid");
}
