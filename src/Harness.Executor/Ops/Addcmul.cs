using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>self + Value · tensor1 · tensor2</c> with broadcasting. Source: torch.addcmul.</summary>
public sealed record Addcmul : Ternary
{
    /// <summary>The factor of the second term.</summary>
    public double Value { get; init; } = 1;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs).IsFloating()
        ? null : $"operands meet as {Promotion.Of(inputs).NumPyName()}, expected floating-point numbers";

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Addcmul { Value = call.Float("value") }, "addcmul");
}
