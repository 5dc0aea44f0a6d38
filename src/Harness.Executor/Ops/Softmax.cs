using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>exp(x - max) / Σ exp(x - max)</c> along one logical axis. Source: torch.nn.Softmax.</summary>
public sealed record Softmax : AlongAxis
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Softmax { Dim = ReadDim(call), Type = ReadType(call) }, "softmax.int", "_softmax");
}
