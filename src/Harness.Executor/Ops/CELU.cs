using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : Alpha · (exp(x / Alpha) - 1)</c>. Source: torch.nn.CELU.</summary>
public sealed record CELU : Elementwise
{
    /// <summary>The factor below zero, and what x is divided by there.</summary>
    public double Alpha { get; init; } = 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Alpha == 0 ? "alpha is 0, expected another number; PyTorch refuses it too" : null;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new CELU { Alpha = call.Float("alpha") }, "celu");
}
