using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The largest element of each window; padding is -∞, NaN wins. Source: torch.nn.MaxPool1d, MaxPool2d and
/// MaxPool3d.</summary>
/// <remarks>max_pool2d_with_indices and its like are taken too; with their indices it is a
/// <see cref="MaxPoolWithIndices"/>.</remarks>
public sealed record MaxPool : Op
{
    /// <inheritdoc/>
    public override string Name => $"MaxPool{Kernel.Count}d";

    /// <summary>The window's extents by axis.</summary>
    public required IntList Kernel { get; init; }

    /// <summary>Strides by axis.</summary>
    public required IntList Stride { get; init; }

    /// <summary>Padding on both sides by axis.</summary>
    public required IntList Padding { get; init; }

    /// <summary>Dilations by axis.</summary>
    public required IntList Dilation { get; init; }

    /// <summary>True when a window that hangs over the end counts.</summary>
    public bool CeilMode { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "max_pool3d",
        "max_pool3d_with_indices");

    static MaxPool Parse(Bound call)
    {
        int axes = Window.AxesOf(call)!.Value;
        return new MaxPool
        {
            Kernel = [.. call.Ints("kernel_size", axes)],
            Stride = Window.Stride(call, axes),
            Padding = [.. call.Ints("padding", axes)],
            Dilation = [.. call.Ints("dilation", axes)],
            CeilMode = call.Bool("ceil_mode"),
        };
    }

    /// <inheritdoc/>
    internal override Op Giving(int results) => results > 1 ? new MaxPoolWithIndices { Pool = this } : this;

    /// <inheritdoc/>
    internal override int? BatchedRank => Kernel.Count + 2;

    /// <summary>A window without an element gives -∞ in PyTorch, and its gradient there is nobody's.</summary>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        // Without dilation half of a window at most is padding.
        if (Dilation.AllAre(1)) return null;
        Shape x = inputs[0].Shape;
        if (x.Rank == Kernel.Count + 1) x = [1, .. x.AsSpan()];
        if (MisfitOfShapes([x]) is not null) return null;
        var y = InferShapes([x])[0];
        for (int axis = 0; axis < Kernel.Count; axis++)
        {
            for (int o = 0; o < y[2 + axis]; o++)
            {
                long first = ((long)o * Stride[axis]) - Padding[axis];
                // The first tap that is not before the input.
                long tap = first >= 0 ? 0 : (-first + Dilation[axis] - 1) / Dilation[axis];
                if (tap >= Kernel[axis] || first + (tap * Dilation[axis]) >= x[2 + axis])
                {
                    return $"window {Kernel} with dilation {Dilation} meets nothing but padding on axis {2 + axis} " +
                        $"of {x}";
                }
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Window.MisfitOfPool(inputs[0], Kernel, Stride, Padding, Dilation, CeilMode);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Window.Pooled(inputs[0], Kernel, Stride, Padding, Dilation, CeilMode)];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, Kernel.Count + 2);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        output.Elements * Window.Elements(Kernel.AsSpan());
}
