namespace Harness.Executor.Ops;

/// <summary><c>x · sigmoid(x)</c>; -∞ gives NaN, as in PyTorch. Source: torch.nn.SiLU.</summary>
public sealed record SiLU : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new SiLU(), "silu");
}
