using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>(x - mean) / √(var + eps) · scale + bias</c>, mean and variance (of n, not n - 1) over the last logical
/// axes. Source: torch.nn.LayerNorm.</summary>
public sealed record LayerNorm : LastAxesNorm
{
    /// <summary>Added to the variance.</summary>
    public double Eps { get; init; } = 1e-5;

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "layer_norm", "native_layer_norm");

    static LayerNorm Parse(Bound call) => call.IsEmpty("normalized_shape")
        ? throw call.Refuse("normalized_shape is empty, expected at least one axis; PyTorch refuses it too")
        : new LayerNorm
        {
            NormalizedShape = IntList.Create(call.Ints("normalized_shape").AsSpan()),
            Eps = call.Float("eps"),
            Scale = !call.IsNone("weight"),
            Bias = !call.IsNone("bias"),
        };
}
