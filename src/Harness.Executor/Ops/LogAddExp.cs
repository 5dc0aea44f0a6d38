using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>ln(eˣ + eʸ)</c>, or the same of powers of 2, with broadcasting; the larger one is taken out first.
/// Source: torch.logaddexp, torch.logaddexp2.</summary>
public sealed record LogAddExp : Binary
{
    /// <inheritdoc/>
    public override string Name => OfTwo ? "LogAddExp2" : "LogAddExp";

    /// <summary>True for powers and logarithms of base 2.</summary>
    public bool OfTwo { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LogAddExp { OfTwo = call.Call.Target.StartsWith("aten::logaddexp2", StringComparison.Ordinal) },
        "logaddexp", "logaddexp2");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);
}
