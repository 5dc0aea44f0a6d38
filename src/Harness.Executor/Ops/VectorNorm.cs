using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>(Σ |x|^Order)^(1 / Order)</c> along logical axes; of order ∞ and -∞ the largest and the smallest
/// magnitude, of order 0 how many elements are not 0. Source: torch.linalg.vector_norm, torch.norm.</summary>
/// <remarks>Powers add up as a <see cref="Sum"/>'s elements do; a square joins by a fused multiply-add.</remarks>
public sealed record VectorNorm : Reduction
{
    /// <summary>The order.</summary>
    public double Order { get; init; } = 2;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "linalg_vector_norm", "norm.Scalar", "norm.ScalarOpt_dim", "norm.ScalarOpt_dim_dtype",
        "norm.ScalarOpt_dtype", "frobenius_norm.dim");

    static VectorNorm Parse(Bound call) => Read(call, new VectorNorm
    {
        Order = call.Has("ord") ? call.Float("ord") : call.Has("p") ? call.FloatOrNull("p") ?? 2 : 2,
        Type = call.Has("dtype") ? call.FloatTypeOrNull("dtype") : null,
    });

    /// <inheritdoc/>
    private protected override bool NeedsElements => Order < 0 || double.IsPositiveInfinity(Order);

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);
}
