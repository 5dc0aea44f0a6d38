namespace Harness.Executor.Ops;

/// <summary><c>log₂ x</c>. Source: torch.log2.</summary>
public sealed record Log2 : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Log2(), "log2");
}
