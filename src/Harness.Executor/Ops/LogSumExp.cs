namespace Harness.Executor.Ops;

/// <summary><c>log Σ exp(x)</c> along logical axes, the largest element taken out first. Source:
/// torch.logsumexp.</summary>
/// <remarks>Exponentials add up as a <see cref="Sum"/>'s elements do.</remarks>
public sealed record LogSumExp : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new LogSumExp()), "logsumexp", "special_logsumexp");
}
