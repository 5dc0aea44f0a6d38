using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>self - alpha · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source:
/// torch.sub.</summary>
public sealed record Sub : Binary
{
    /// <summary>The factor of the second term.</summary>
    public double Alpha { get; init; } = 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfScale(OperandType(0, inputs), Alpha, takesFlags: false);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Sub { Alpha = call.Float("alpha"), Other = Number(call) },
        "sub.Tensor", "sub.Scalar", "subtract.Tensor", "subtract.Scalar");
}
