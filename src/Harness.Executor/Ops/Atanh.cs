namespace Harness.Executor.Ops;

/// <summary><c>artanh x</c>. Source: torch.atanh.</summary>
public sealed record Atanh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Atanh(), "atanh", "arctanh");
}
