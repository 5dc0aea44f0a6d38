using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Means over a grid of a given size: cell i of o covers <c>⌊i·n/o⌋</c> to <c>⌈(i+1)·n/o⌉</c>; cells may
/// overlap. Source: torch.nn.AdaptiveAvgPool1d, AdaptiveAvgPool2d and AdaptiveAvgPool3d.</summary>
public sealed record AdaptiveAvgPool : Op
{
    // What an axis keeps of its input is no number a call could state.
    const int Kept = -1;

    /// <inheritdoc/>
    public override string Name => $"AdaptiveAvgPool{Sizes.Count}d";

    /// <summary>The output's extents by axis; -1 keeps the input's.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "_adaptive_avg_pool2d", "_adaptive_avg_pool2d.none", "_adaptive_avg_pool3d", "adaptive_avg_pool1d",
        "adaptive_avg_pool2d", "adaptive_avg_pool2d.none", "adaptive_avg_pool3d", "adaptive_avg_pool3d.none");

    static AdaptiveAvgPool Parse(Bound call)
    {
        int axes = Window.AxesOf(call)!.Value;
        var sizes = call.IntsOrNull("output_size", axes);
        if (sizes.Contains(null) && call.IsShort("output_size", axes))
            throw call.Refuse($"output_size is a list of one None, expected {axes} sizes");
        if (sizes.FirstOrDefault(size => size < 1) is { } wrong)
            throw call.Refuse($"output size {wrong}, expected a positive number");
        return new AdaptiveAvgPool { Sizes = [.. sizes.Select(size => size ?? Kept)] };
    }

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    internal override int? BatchedRank => Sizes.Count + 2;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Window.MisfitOfRank(x, Sizes.Count) is { } why) return why;
        return x.AsSpan()[2..].Contains(0) ? $"input is {x}, expected elements to take the mean of" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Span<int> y = [.. inputs[0].AsSpan()];
        for (int axis = 0; axis < Sizes.Count; axis++)
            if (Sizes[axis] != Kept) y[2 + axis] = Sizes[axis];
        return [Shape.Create(y)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, Sizes.Count + 2);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        Math.Max(inputs[0].Elements, output.Elements);
}
