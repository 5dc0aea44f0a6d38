namespace Harness.Executor.Ops;

/// <summary><c>ln x</c>. Source: torch.log.</summary>
public sealed record Log : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Log(), "log");
}
