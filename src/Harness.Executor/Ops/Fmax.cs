namespace Harness.Executor.Ops;

/// <summary>The larger of two elements, with broadcasting; of a number and NaN the number.
/// Source: torch.fmax.</summary>
public sealed record Fmax : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Fmax(), "fmax");
}
