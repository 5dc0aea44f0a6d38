namespace Harness.Executor.Ops;

/// <summary><c>cos x</c>. Source: torch.cos.</summary>
public sealed record Cos : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Cos(), "cos");
}
