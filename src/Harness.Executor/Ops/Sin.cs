namespace Harness.Executor.Ops;

/// <summary><c>sin x</c>. Source: torch.sin.</summary>
public sealed record Sin : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Sin(), "sin");
}
