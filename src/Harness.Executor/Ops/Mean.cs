using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The mean along logical axes. Source: torch.mean.</summary>
public sealed record Mean : Reduction
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override bool AddsUp => true;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new Mean { Type = call.FloatTypeOrNull("dtype") }), "mean", "mean.dim");
}
