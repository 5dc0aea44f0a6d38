using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>exp(x - max) / Σ exp(x - max)</c> along one logical axis. Source: torch.nn.Softmax.</summary>
public sealed record Softmax : Op
{
    // PyTorch's number for float32 (c10/core/ScalarType.h).
    const int Float32 = 6;

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
        "_softmax(Tensor self, int dim, bool half_to_float) -> Tensor");

    static Softmax Parse(Bound call)
    {
        if (call.Has("dtype") && call.IntOrNull("dtype") is not null and not Float32)
            throw call.Refuse($"dtype={call.Int("dtype")}, expected none or float32 ({Float32})");
        if (call.Has("half_to_float") && call.Bool("half_to_float")) throw call.Refuse("half_to_float=True, expected False");
        return new Softmax { Dim = call.Int("dim") };
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs)
    {
        _ = Axis.Of(Dim, inputs[0].Rank);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 4 * output.Elements;
}
