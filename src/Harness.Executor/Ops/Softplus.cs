using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>ln(1 + exp(Beta · x)) / Beta</c>, and x itself where <c>Beta · x</c> is above a threshold. Source:
/// torch.nn.Softplus.</summary>
public sealed record Softplus : Elementwise
{
    /// <summary>How steep it is.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>Beyond it the function is linear.</summary>
    public double Threshold { get; init; } = 20;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Softplus { Beta = call.Float("beta"), Threshold = call.Float("threshold") }, "softplus");
}
