namespace Harness.Executor.Ops;

/// <summary><c>arsinh x</c>. Source: torch.asinh.</summary>
public sealed record Asinh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Asinh(), "asinh", "arcsinh");
}
