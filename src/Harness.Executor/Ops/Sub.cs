using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>self - alpha · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source:
/// torch.sub.</summary>
public sealed record Sub : Binary
{
    /// <summary>The factor of the second term.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>True where the call states it as an integer.</summary>
    public bool AlphaIsInteger { get; init; } = true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfScale(OperandType(0, inputs), Alpha, AlphaIsInteger)
            ?? Promotion.MisfitOfFlags(inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Sub
        {
            Alpha = call.Float("alpha"), AlphaIsInteger = call.Number("alpha").IsInteger, Other = Number(call),
        },
        "sub.Tensor", "sub.Scalar", "subtract.Tensor", "subtract.Scalar");
}
