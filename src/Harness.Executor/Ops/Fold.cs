using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Columns added up where their windows lie: (n, c·kh·kw, windows) to (n, c, h, w); what falls on padding is
/// lost. Source: torch.nn.Fold.</summary>
/// <remarks>The windows that meet an element are added in the order of its place in them, row by row.</remarks>
public sealed record Fold : Op
{
    /// <summary>The output's height and width.</summary>
    public required IntList Sizes { get; init; }

    /// <summary>The window's height and width.</summary>
    public required IntList Kernel { get; init; }

    /// <summary>Dilations by axis.</summary>
    public IntList Dilation { get; init; } = [1, 1];

    /// <summary>Padding on both sides by axis.</summary>
    public IntList Padding { get; init; } = [0, 0];

    /// <summary>Strides by axis.</summary>
    public IntList Stride { get; init; } = [1, 1];

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "col2im");

    static Fold Parse(Bound call) => new()
    {
        Sizes = [.. call.Ints("output_size", 2)],
        Kernel = [.. call.Ints("kernel_size", 2)],
        Dilation = [.. call.Ints("dilation", 2)],
        Padding = [.. call.Ints("padding", 2)],
        Stride = [.. call.Ints("stride", 2)],
    };

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    internal override int? BatchedRank => 3;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type.IsFloating() ? null
        : $"operand 0 is {inputs[0]}, expected floating-point numbers";

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank != 3) return $"input is {x}, expected (n, c·kh·kw, windows) or (c·kh·kw, windows)";
        if (Unfold.MisfitOfWindow(Kernel, Dilation, Padding, Stride) is { } window) return window;
        if (x.AsSpan()[1..].Contains(0)) return $"input is {x}, expected elements; PyTorch refuses it too";
        if (Sizes[0] < 1 || Sizes[1] < 1) return $"output_size is {Sizes}, expected positive numbers";
        if (x[1] % ((long)Kernel[0] * Kernel[1]) != 0)
            return $"input is {x}, expected a multiple of {(long)Kernel[0] * Kernel[1]} on axis 1";
        long rows = Windows(0), columns = Windows(1);
        return rows * columns == x[2] ? null
            : $"input is {x}, expected {rows} × {columns} windows of {Kernel} in {Sizes}";
    }

    /// <summary>How many windows an axis has.</summary>
    internal long Windows(int axis) =>
        Unfold.WindowsOf(Sizes[axis], Kernel[axis], Dilation[axis], Padding[axis], Stride[axis]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[inputs[0][0], inputs[0][1] / (Kernel[0] * Kernel[1]), Sizes[0], Sizes[1]]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Plain(inputs, 4);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => inputs[0].Elements;
}
