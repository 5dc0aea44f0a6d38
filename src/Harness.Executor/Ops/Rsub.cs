using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>other - alpha · self</c> with broadcasting: Python's <c>1 - x</c>. Source: torch.rsub.</summary>
public sealed record Rsub : Binary
{
    /// <summary>The factor of the first operand.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>True where the call states it as an integer.</summary>
    public bool AlphaIsInteger { get; init; } = true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfScale(OperandType(0, inputs), Alpha, AlphaIsInteger)
            ?? Promotion.MisfitOfFlags(inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Rsub
        {
            Alpha = call.Float("alpha"), AlphaIsInteger = call.Number("alpha").IsInteger, Other = Number(call),
        },
        "rsub.Tensor", "rsub.Scalar");
}
