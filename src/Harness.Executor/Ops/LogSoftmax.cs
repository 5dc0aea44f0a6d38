using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x - max - log Σ exp(x - max)</c> along one logical axis. Source: torch.nn.LogSoftmax.</summary>
public sealed record LogSoftmax : AlongAxis
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LogSoftmax { Dim = ReadDim(call), Type = ReadType(call) }, "log_softmax.int", "_log_softmax");
}
