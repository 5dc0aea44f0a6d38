using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The mean of each window. Source: torch.nn.AvgPool2d.</summary>
/// <remarks>The divisor is <see cref="Divisor"/> if there is one; else the number of positions of the window inside the
/// input, with the padding counted if <see cref="CountIncludePad"/>. What hangs over the padding in ceil mode never
/// counts.</remarks>
public sealed record AvgPool2d : Op
{
    /// <summary>The window's extents along (h, w).</summary>
    public required (int H, int W) Kernel { get; init; }

    /// <summary>Strides along (h, w).</summary>
    public required (int H, int W) Stride { get; init; }

    /// <summary>Zero padding on both sides along (h, w).</summary>
    public (int H, int W) Padding { get; init; }

    /// <summary>True when a window that hangs over the end counts.</summary>
    public bool CeilMode { get; init; }

    /// <summary>True when padding counts in the divisor: PyTorch's default.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>A divisor of its own, PyTorch's <c>divisor_override</c>.</summary>
    public int? Divisor { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "avg_pool2d");

    static AvgPool2d Parse(Bound call) => call.IntOrNull("divisor_override") == 0
        ? throw call.Refuse("divisor_override is 0; PyTorch refuses it too")
        : new AvgPool2d
        {
            Kernel = call.Pair("kernel_size"),
            Stride = Window.Stride(call),
            Padding = call.Pair("padding"),
            CeilMode = call.Bool("ceil_mode"),
            CountIncludePad = call.Bool("count_include_pad"),
            Divisor = call.IntOrNull("divisor_override"),
        };

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        Window.Check(x, Kernel, Stride, Padding, (1, 1));
        return
        [
            [x[0], x[1], Window.Extent(x[2], Kernel.H, Stride.H, Padding.H, 1, CeilMode),
                Window.Extent(x[3], Kernel.W, Stride.W, Padding.W, 1, CeilMode)],
        ];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => output.Elements * Kernel.H * Kernel.W;
}
