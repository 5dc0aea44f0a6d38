namespace Harness.Executor.Ops;

/// <summary><c>sinh x</c>. Source: torch.sinh.</summary>
public sealed record Sinh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Sinh(), "sinh");
}
