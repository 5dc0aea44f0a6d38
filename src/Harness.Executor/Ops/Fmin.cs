namespace Harness.Executor.Ops;

/// <summary>The smaller of two elements, with broadcasting; of a number and NaN the number.
/// Source: torch.fmin.</summary>
public sealed record Fmin : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Fmin(), "fmin");
}
