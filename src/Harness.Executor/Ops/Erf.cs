namespace Harness.Executor.Ops;

/// <summary>The error function. Source: torch.erf.</summary>
public sealed record Erf : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Erf(), "erf", "special_erf");
}
