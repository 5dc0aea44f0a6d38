using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The logarithm of the sum of the exponentials of each element and all before it along one logical axis,
/// added one after another in double. Source: torch.logcumsumexp.</summary>
public sealed record LogCumsumExp : AlongAxis
{
    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LogCumsumExp { Dim = call.Int("dim") }, "logcumsumexp");
}
