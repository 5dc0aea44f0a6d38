using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>√(self² + other²)</c> with broadcasting, where neither square need be a number that exists. Source:
/// torch.hypot.</summary>
public sealed record Hypot : Binary
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs).IsFloating() ? null
        : $"operands meet as {Promotion.Of(inputs).NumPyName()}, expected floating-point numbers, in PyTorch too";

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Hypot(), "hypot");
}
