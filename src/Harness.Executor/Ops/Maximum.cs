namespace Harness.Executor.Ops;

/// <summary>The larger of two elements, with broadcasting; NaN where either is. Source: torch.maximum.</summary>
public sealed record Maximum : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Maximum(), "maximum", "max.other");
}
