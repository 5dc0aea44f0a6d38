namespace Harness.Executor.Ops;

/// <summary>The smaller of two elements, with broadcasting; NaN where either is. Source: torch.minimum.</summary>
public sealed record Minimum : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Minimum(), "minimum", "min.other");
}
