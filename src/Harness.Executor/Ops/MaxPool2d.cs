using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The largest element of each window; padding is -∞, NaN wins. Source: torch.nn.MaxPool2d.</summary>
/// <remarks>max_pool2d_with_indices is taken too, for its first result; its indices are no result of this op.</remarks>
public sealed record MaxPool2d : Op
{
    /// <summary>The window's extents along (h, w).</summary>
    public required (int H, int W) Kernel { get; init; }

    /// <summary>Strides along (h, w).</summary>
    public required (int H, int W) Stride { get; init; }

    /// <summary>Padding on both sides along (h, w).</summary>
    public (int H, int W) Padding { get; init; }

    /// <summary>Dilations along (h, w).</summary>
    public (int H, int W) Dilation { get; init; } = (1, 1);

    /// <summary>True when a window that hangs over the end counts.</summary>
    public bool CeilMode { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new MaxPool2d
        {
            Kernel = call.Pair("kernel_size"),
            Stride = Window.Stride(call),
            Padding = call.Pair("padding"),
            Dilation = call.Pair("dilation"),
            CeilMode = call.Bool("ceil_mode"),
        },
        "max_pool2d", "max_pool2d_with_indices");

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        Window.Check(x, Kernel, Stride, Padding, Dilation);
        return
        [
            [x[0], x[1], Window.Extent(x[2], Kernel.H, Stride.H, Padding.H, Dilation.H, CeilMode),
                Window.Extent(x[3], Kernel.W, Stride.W, Padding.W, Dilation.W, CeilMode)],
        ];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => output.Elements * Kernel.H * Kernel.W;
}
