namespace Harness.Executor.Ops;

/// <summary><c>1 - erf x</c>, without cancellation. Source: torch.erfc.</summary>
public sealed record Erfc : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Erfc(), "erfc", "special_erfc");
}
