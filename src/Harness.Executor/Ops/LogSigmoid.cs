using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>ln(1 / (1 + exp(-x)))</c>. Source: torch.nn.LogSigmoid.</summary>
public sealed record LogSigmoid : Elementwise
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new LogSigmoid(), "log_sigmoid");
}
