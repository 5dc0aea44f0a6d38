using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A function of each row along one logical axis, as long as the row: the shape stays, any layout
/// goes.</summary>
public abstract record AlongAxis : Op
{
    // PyTorch's number for float32 (c10/core/ScalarType.h).
    const int Float32 = 6;

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The axis of a softmax call; refuses results of another type.</summary>
    internal static int ReadDim(Bound call)
    {
        if (call.Has("dtype") && call.IntOrNull("dtype") is not null and not Float32)
            throw call.Refuse($"dtype={call.Int("dtype")}, expected none or float32 ({Float32})");
        if (call.Has("half_to_float") && call.Bool("half_to_float"))
            throw call.Refuse("half_to_float=True, expected False");
        return call.Int("dim");
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        _ = Axis.Of(Dim, inputs[0].Rank);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 4 * output.Elements;
}
