namespace Harness.Executor.Ops;

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c>. Source: torch.nn.Hardswish.</summary>
public sealed record Hardswish : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Hardswish(), "hardswish");
}
