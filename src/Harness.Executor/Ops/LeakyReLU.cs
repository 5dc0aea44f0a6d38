using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : slope · x</c>. Source: torch.nn.LeakyReLU.</summary>
public sealed record LeakyReLU : Elementwise
{
    /// <summary>The slope below zero.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LeakyReLU { NegativeSlope = call.Float("negative_slope") }, "leaky_relu");
}
