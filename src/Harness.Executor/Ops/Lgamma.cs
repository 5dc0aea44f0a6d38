namespace Harness.Executor.Ops;

/// <summary>The logarithm of the gamma function's magnitude; ∞ at 0 and the negative integers. Source:
/// torch.lgamma.</summary>
public sealed record Lgamma : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Lgamma(), "lgamma", "special_gammaln");
}
