using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A grid of a given size over each of some regions of images: input (n, c, h, w) and regions (k, 5), each the
/// number of an image, left, top, right and bottom, to (k, c, height, width).</summary>
/// <remarks>Places are computed in float64 from the regions' elements, whatever the precision of a run. The number of
/// an image that is not there ends the run.</remarks>
public abstract record RegionPool : Op
{
    /// <summary>What regions are multiplied with to become places of the input.</summary>
    public required double Scale { get; init; }

    /// <summary>Rows of the grid.</summary>
    public required int Height { get; init; }

    /// <summary>Its columns.</summary>
    public required int Width { get; init; }

    /// <summary>True where each cell of the grid reads channels of its own, a score map: c is a multiple of the
    /// cells.</summary>
    private protected virtual bool ReadsOwnChannels => false;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], regions = inputs[1];
        if (x.Rank != 4) return $"input is {x}, expected (n, c, h, w)";
        if (x.AsSpan()[1..].Contains(0)) return $"input is {x}, expected elements";
        if (regions.Rank != 2 || regions[1] != 5) return $"regions are {regions}, expected (k, 5)";
        if (Height < 1 || Width < 1) return $"the grid is {Height} × {Width}, expected positive numbers";
        return ReadsOwnChannels && x[1] % ((long)Height * Width) != 0
            ? $"input is {x}, expected a multiple of {Height} × {Width} channels" : null;
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[inputs[1][0], ReadsOwnChannels ? inputs[0][1] / (Height * Width) : inputs[0][1], Height, Width]];

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        operand == 1 && axis == 0 ? 0 : null;

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <summary>How many samples a cell takes along an axis; below 1 for as many as it spans elements.</summary>
    private protected static int ReadSamples(Bound call)
    {
        // More than any network takes, and few enough that a file cannot make a run endless.
        const int MostSamples = 64;
        int samples = call.Int("sampling_ratio");
        return samples <= MostSamples ? samples
            : throw call.Refuse($"sampling_ratio is {samples}, expected at most {MostSamples}");
    }
}
