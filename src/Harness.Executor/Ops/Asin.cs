namespace Harness.Executor.Ops;

/// <summary><c>arcsin x</c>. Source: torch.asin.</summary>
public sealed record Asin : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Asin(), "asin", "arcsin");
}
