using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The mean of each window. Source: torch.nn.AvgPool1d, AvgPool2d and AvgPool3d.</summary>
/// <remarks>The divisor is <see cref="Divisor"/> if there is one; else the number of positions of the window inside the
/// input, with the padding counted if <see cref="CountIncludePad"/>. What hangs over the padding in ceil mode never
/// counts.</remarks>
public sealed record AvgPool : Op
{
    /// <inheritdoc/>
    public override string Name => $"AvgPool{Kernel.Count}d";

    /// <summary>The window's extents by axis.</summary>
    public required IntList Kernel { get; init; }

    /// <summary>Strides by axis.</summary>
    public required IntList Stride { get; init; }

    /// <summary>Zero padding on both sides by axis.</summary>
    public required IntList Padding { get; init; }

    /// <summary>True when a window that hangs over the end counts.</summary>
    public bool CeilMode { get; init; }

    /// <summary>True when padding counts in the divisor: PyTorch's default.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>A divisor of its own, PyTorch's <c>divisor_override</c>.</summary>
    public int? Divisor { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "avg_pool1d", "avg_pool2d", "avg_pool3d");

    static AvgPool Parse(Bound call)
    {
        int axes = Window.AxesOf(call)!.Value;
        // avg_pool1d has none.
        int? divisor = call.Has("divisor_override") ? call.IntOrNull("divisor_override") : null;
        return divisor == 0
            ? throw call.Refuse("divisor_override is 0; PyTorch refuses it too")
            : new AvgPool
            {
                Kernel = [.. call.Ints("kernel_size", axes)],
                Stride = Window.Stride(call, axes),
                Padding = [.. call.Ints("padding", axes)],
                CeilMode = call.Bool("ceil_mode"),
                CountIncludePad = call.Bool("count_include_pad"),
                Divisor = divisor,
            };
    }

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    internal override int? BatchedRank => Kernel.Count + 2;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => MisfitOfVolume(inputs[0]) ??
        Window.MisfitOfPool(inputs[0], Kernel, Stride, Padding, IntList.Repeat(1, Kernel.Count), CeilMode);

    // Whatever the padding, and of volumes alone.
    string? MisfitOfVolume(Shape x)
    {
        if (Kernel.Count < 3 || x.Rank != 5) return null;
        for (int axis = 0; axis < 3; axis++)
        {
            if (x[2 + axis] < Kernel[axis])
                return $"the window {Kernel} is larger than the input {x} without padding; PyTorch refuses it too";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Window.Pooled(inputs[0], Kernel, Stride, Padding, IntList.Repeat(1, Kernel.Count), CeilMode)];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, Kernel.Count + 2);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        output.Elements * Window.Elements(Kernel.AsSpan());
}
