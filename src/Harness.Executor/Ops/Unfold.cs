using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The elements of each window as one column: (n, c, h, w) to (n, c·kh·kw, windows), padding being 0. Source:
/// torch.nn.Unfold.</summary>
public sealed record Unfold : Op
{
    /// <summary>The window's height and width.</summary>
    public required IntList Kernel { get; init; }

    /// <summary>Dilations by axis.</summary>
    public IntList Dilation { get; init; } = [1, 1];

    /// <summary>Zeros on both sides by axis.</summary>
    public IntList Padding { get; init; } = [0, 0];

    /// <summary>Strides by axis.</summary>
    public IntList Stride { get; init; } = [1, 1];

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "im2col");

    static Unfold Parse(Bound call) => new()
    {
        Kernel = [.. call.Ints("kernel_size", 2)],
        Dilation = [.. call.Ints("dilation", 2)],
        Padding = [.. call.Ints("padding", 2)],
        Stride = [.. call.Ints("stride", 2)],
    };

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type.IsFloating() ? null
        : $"operand 0 is {inputs[0]}, expected floating-point numbers";

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Window.MisfitOfRank(x, 2) is { } rank) return rank;
        if (MisfitOfWindow(Kernel, Dilation, Padding, Stride) is { } window) return window;
        if (x.AsSpan()[1..].Contains(0)) return $"input is {x}, expected elements; PyTorch refuses it too";
        if (Windows(x[2], 0) < 1 || Windows(x[3], 1) < 1)
            return $"the window {Kernel} with dilation {Dilation} is larger than the padded input {x}";
        return Axis.MisfitOfExtent(checked(Windows(x[2], 0) * Windows(x[3], 1)))
            ?? Axis.MisfitOfExtent((long)x[1] * Kernel[0] * Kernel[1]);
    }

    /// <summary>Why a window makes no sense; null where it does.</summary>
    internal static string? MisfitOfWindow(IntList kernel, IntList dilation, IntList padding, IntList stride)
    {
        foreach (int number in (ReadOnlySpan<int>)[.. kernel.AsSpan(), .. dilation.AsSpan(), .. stride.AsSpan()])
        {
            if (number < 1)
                return $"window {kernel}, dilation {dilation} and stride {stride} must be positive";
        }
        foreach (int amount in padding.AsSpan())
            if (amount < 0) return $"padding is {padding}, expected no negative number";
        return null;
    }

    // Along one axis.
    long Windows(int extent, int axis) =>
        WindowsOf(extent, Kernel[axis], Dilation[axis], Padding[axis], Stride[axis]);

    /// <summary>How many windows an axis has; below 1 where none fits.</summary>
    internal static long WindowsOf(int extent, int kernel, int dilation, int padding, int stride)
    {
        long room = extent + (2L * padding) - Window.Span(kernel, dilation);
        return room < 0 ? 0 : (room / stride) + 1;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        return [[x[0], x[1] * Kernel[0] * Kernel[1], (int)(Windows(x[2], 0) * Windows(x[3], 1))]];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Plain(inputs, 3);
}
