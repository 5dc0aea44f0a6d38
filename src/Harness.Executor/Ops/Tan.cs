namespace Harness.Executor.Ops;

/// <summary><c>tan x</c>. Source: torch.tan.</summary>
public sealed record Tan : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Tan(), "tan");
}
