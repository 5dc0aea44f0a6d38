namespace Harness.Executor.Ops;

/// <summary><c>arcosh x</c>. Source: torch.acosh.</summary>
public sealed record Acosh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Acosh(), "acosh", "arccosh");
}
