using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>1.0507 · (x &gt; 0 ? x : 1.6733 · (exp(x) - 1))</c>, the two numbers to all their digits. Source:
/// torch.nn.SELU.</summary>
public sealed record SELU : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <summary>The factor below zero.</summary>
    internal const double Alpha = 1.6732632423543772848170429916717;

    /// <summary>The factor of all.</summary>
    internal const double Scale = 1.0507009873554804934193349852946;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new SELU(), "selu");
}
