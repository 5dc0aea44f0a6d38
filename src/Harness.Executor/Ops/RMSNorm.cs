using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x / √(mean(x²) + eps) · scale</c>, the mean over the last logical axes. Source:
/// torch.nn.RMSNorm.</summary>
public sealed record RMSNorm : LastAxesNorm
{
    /// <summary>Added to the mean of squares; null for the smallest step from 1 of the type that computes.</summary>
    public double? Eps { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "rms_norm", "_fused_rms_norm");

    static RMSNorm Parse(Bound call) => call.IsEmpty("normalized_shape")
        ? throw call.Refuse("normalized_shape is empty, expected at least one axis; PyTorch refuses it too")
        : new RMSNorm
        {
            NormalizedShape = IntList.Create(call.Ints("normalized_shape").AsSpan()),
            Eps = call.FloatOrNull("eps"),
            Scale = !call.IsNone("weight"),
        };

    /// <summary>What is added in a type's arithmetic.</summary>
    public double EpsIn(ElementType type) => Eps ?? (type == ElementType.Float64 ? Math.BitIncrement(1.0)
        : MathF.BitIncrement(1)) - 1;
}
