namespace Harness.Executor.Ops;

/// <summary><c>log₁₀ x</c>. Source: torch.log10.</summary>
public sealed record Log10 : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Log10(), "log10");
}
