namespace Harness.Executor.Ops;

/// <summary><c>eˣ - 1</c>, without cancellation. Source: torch.expm1.</summary>
public sealed record Expm1 : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Expm1(), "expm1", "special_expm1");
}
