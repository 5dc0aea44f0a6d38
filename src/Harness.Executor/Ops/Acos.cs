namespace Harness.Executor.Ops;

/// <summary><c>arccos x</c>. Source: torch.acos.</summary>
public sealed record Acos : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Acos(), "acos", "arccos");
}
