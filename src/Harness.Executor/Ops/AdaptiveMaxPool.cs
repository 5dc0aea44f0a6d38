using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The largest elements over a grid of a given size, whose cells are those of <see cref="AdaptiveAvgPool"/>;
/// NaN wins. Source: torch.nn.AdaptiveMaxPool1d, AdaptiveMaxPool2d and AdaptiveMaxPool3d.</summary>
/// <remarks>The operators give indices too, with which it is a <see cref="MaxPoolWithIndices"/>.</remarks>
public sealed record AdaptiveMaxPool : Op
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveMaxPool{Sizes.Count}d";

    /// <summary>The output's extents by axis.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d");

    static AdaptiveMaxPool Parse(Bound call)
    {
        var sizes = call.Ints("output_size", Window.AxesOf(call)!.Value);
        foreach (int size in sizes)
            if (size < 1) throw call.Refuse($"output size {size}, expected a positive number");
        return new AdaptiveMaxPool { Sizes = [.. sizes] };
    }

    /// <inheritdoc/>
    internal override Op Giving(int results) => results > 1 ? new MaxPoolWithIndices { Pool = this } : this;

    /// <inheritdoc/>
    internal override int? BatchedRank => Sizes.Count + 2;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Window.MisfitOfRank(x, Sizes.Count) is { } why) return why;
        return x.AsSpan()[1..].Contains(0) ? $"input is {x}, expected elements; PyTorch refuses it too" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Shape.Create([inputs[0][0], inputs[0][1], .. Sizes.AsSpan()])];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, Sizes.Count + 2);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        Math.Max(inputs[0].Elements, output.Elements);
}
