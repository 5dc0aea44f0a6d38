namespace Harness.Executor.Ops;

/// <summary><c>arctan x</c>. Source: torch.atan.</summary>
public sealed record Atan : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Atan(), "atan", "arctan");
}
