namespace Harness.Executor.Ops;

/// <summary>The inverse of the error function; ±∞ at ±1, NaN beyond. Source: torch.erfinv.</summary>
public sealed record Erfinv : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Erfinv(), "erfinv", "special_erfinv");
}
