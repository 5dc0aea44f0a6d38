namespace Harness.Executor.Ops;

/// <summary><c>cosh x</c>. Source: torch.cosh.</summary>
public sealed record Cosh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Cosh(), "cosh");
}
