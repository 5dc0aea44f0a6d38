using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A convolution whose taps are moved by computed offsets, and weighted by a computed mask: each tap is a
/// bilinear sum of the four neighbours of where it comes to lie, 0 outside. Source: torchvision.ops.DeformConv2d.
/// </summary>
/// <remarks>Operands: input (n, c, h, w), weight (o, c / groups, kh, kw), offsets (n, 2 · offset groups · kh · kw, oh,
/// ow), row before column of each tap; the mask (n, offset groups · kh · kw, oh, ow), which is not read without
/// <see cref="UsesMask"/>; the bias. Places and bilinear weights are computed in float64; products add up tap by tap,
/// channel by channel, by fused multiply-adds, and the bias is added last. The weight is read in PyTorch's axes: Flax
/// has no such layer.</remarks>
public sealed record DeformConv2d : Op
{
    /// <summary>Strides by axis.</summary>
    public required IntList Stride { get; init; }

    /// <summary>Zeros on both sides by axis.</summary>
    public required IntList Padding { get; init; }

    /// <summary>Dilations by axis.</summary>
    public required IntList Dilation { get; init; }

    /// <summary>Groups of channels with a weight of their own.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups of channels with offsets of their own.</summary>
    public int OffsetGroups { get; init; } = 1;

    /// <summary>True where taps are weighted.</summary>
    public bool UsesMask { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "torchvision::deform_conv2d");

    static DeformConv2d Parse(Bound call) => new()
    {
        Stride = [call.Int("stride_h"), call.Int("stride_w")],
        Padding = [call.Int("pad_h"), call.Int("pad_w")],
        Dilation = [call.Int("dilation_h"), call.Int("dilation_w")],
        Groups = call.Int("groups"),
        OffsetGroups = call.Int("offset_groups"),
        UsesMask = call.Bool("use_mask"),
    };

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], weight = inputs[1];
        if (x.Rank != 4 || weight.Rank != 4) return $"input is {x} and weight {weight}, expected 4 axes each";
        if (Window.MisfitOfSteps(Stride, Dilation) is { } steps) return steps;
        if (Padding[0] < 0 || Padding[1] < 0) return $"padding is {Padding}, expected no negative number";
        if (Groups < 1 || OffsetGroups < 1 || x[1] % OffsetGroups != 0 || weight[0] % Groups != 0
            || x[1] != (long)weight[1] * Groups)
        {
            return $"input is {x} and weight {weight}, expected channels for {Groups} groups and {OffsetGroups} "
                + "groups of offsets";
        }
        if (x.AsSpan()[1..].Contains(0) || weight.AsSpan().Contains(0))
            return $"input is {x} and weight {weight}, expected elements";
        long height = Extent(x, weight, 0), width = Extent(x, weight, 1), taps = (long)weight[2] * weight[3];
        if (height < 1 || width < 1) return $"the window of {weight} is larger than the padded input {x}";
        if (Axis.MisfitOfExtent(Math.Max(height, width)) is { } beyond) return beyond;
        return MisfitOf("offsets", inputs[2], 2 * OffsetGroups * taps)
            ?? (UsesMask ? MisfitOf("the mask", inputs[3], OffsetGroups * taps) : null)
            ?? (inputs[4] == [weight[0]] ? null : $"bias is {inputs[4]}, expected ({weight[0]})");

        string? MisfitOf(string name, Shape shape, long channels) =>
            shape.Rank == 4 && shape[0] == x[0] && shape[1] == channels && shape[2] == height && shape[3] == width
            ? null : $"{name}: {shape}, expected ({x[0]}, {channels}, {height}, {width})";
    }

    long Extent(Shape x, Shape weight, int axis)
    {
        long room = x[2 + axis] + (2L * Padding[axis]) - Window.Span(weight[2 + axis], Dilation[axis]);
        return room < 0 ? 0 : (room / Stride[axis]) + 1;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[inputs[0][0], inputs[1][0], (int)Extent(inputs[0], inputs[1], 0), (int)Extent(inputs[0], inputs[1], 1)]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        2 * output.Elements * inputs[1][1] * inputs[1][2] * inputs[1][3];
}
