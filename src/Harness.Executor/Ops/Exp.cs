namespace Harness.Executor.Ops;

/// <summary><c>e^x</c>. Source: torch.exp.</summary>
public sealed record Exp : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Exp(), "exp");
}
