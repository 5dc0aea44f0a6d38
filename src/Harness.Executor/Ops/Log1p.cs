namespace Harness.Executor.Ops;

/// <summary><c>ln(1 + x)</c>, without cancellation. Source: torch.log1p.</summary>
public sealed record Log1p : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Log1p(), "log1p", "special_log1p");
}
