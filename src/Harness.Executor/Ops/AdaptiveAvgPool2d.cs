using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Means over a grid of a given size: cell i of o covers <c>⌊i·n/o⌋</c> to <c>⌈(i+1)·n/o⌉</c>; cells may
/// overlap. Source: torch.nn.AdaptiveAvgPool2d.</summary>
public sealed record AdaptiveAvgPool2d : Op
{
    /// <summary>The output's extents along (h, w); null keeps the input's.</summary>
    public required (int? H, int? W) OutputSize { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "_adaptive_avg_pool2d", "_adaptive_avg_pool2d.none", "adaptive_avg_pool2d", "adaptive_avg_pool2d.none");

    static AdaptiveAvgPool2d Parse(Bound call)
    {
        var size = call.IntsOrNull("output_size", 2);
        return new AdaptiveAvgPool2d { OutputSize = (size[0], size[1]) };
    }

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank != 4) throw new ShapeException($"input is {x}, expected (n, c, h, w) or (c, h, w)");
        int h = OutputSize.H ?? x[2], w = OutputSize.W ?? x[3];
        if (h < 1 || w < 1) throw new ShapeException($"output size is ({h}, {w}), expected positive numbers");
        if (x[2] == 0 || x[3] == 0) throw new ShapeException($"input is {x}, expected rows and columns");
        return [[x[0], x[1], h, w]];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        Math.Max(inputs[0].Elements, output.Elements);
}
