using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>other - alpha · self</c> with broadcasting: Python's <c>1 - x</c>. Source: torch.rsub.</summary>
public sealed record Rsub : Binary
{
    /// <summary>The factor of the first operand.</summary>
    public double Alpha { get; init; } = 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfScale(OperandType(0, inputs), Alpha, takesFlags: false);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Rsub { Alpha = call.Float("alpha"), Other = Number(call) }, "rsub.Tensor", "rsub.Scalar");
}
