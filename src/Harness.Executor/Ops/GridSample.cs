using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>What a <see cref="GridSample"/> finds outside of its input.</summary>
public enum GridBorder
{
    /// <summary>Zeros.</summary>
    Zeros,
    /// <summary>The nearest element of the border.</summary>
    Border,
    /// <summary>The input as in a mirror.</summary>
    Reflection,
}

/// <summary>An image or volume read at places that are computed: input (n, c, [d,] h, w), grid (n, [od,] oh, ow, axes)
/// to (n, c, [od,] oh, ow). A place is (x, y[, z]) from -1 to 1. Source: torch.nn.functional.grid_sample.</summary>
/// <remarks>Places and weights are computed in float64 from the grid's elements, whatever the precision of a run; the
/// sum goes through the neighbours column by column, row by row, plane by plane. A place that is no number is outside,
/// or element 0 where there is no outside.</remarks>
public sealed record GridSample : Op
{
    const int Bilinear = 0, Nearest = 1, Bicubic = 2;

    /// <summary>How many axes are sampled; null for an operator that takes images and volumes.</summary>
    public int? Axes { get; init; }

    /// <summary>Nearest, linear or cubic.</summary>
    public required Interpolation Mode { get; init; }

    /// <summary>What lies outside.</summary>
    public required GridBorder Border { get; init; }

    /// <summary>True when -1 and 1 are the middles of the outermost elements, not their outer edges.</summary>
    public bool AlignCorners { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "grid_sampler", "grid_sampler_2d", "grid_sampler_3d");

    static GridSample Parse(Bound call)
    {
        int mode = call.Int("interpolation_mode"), border = call.Int("padding_mode");
        if (border is < 0 or > 2) throw call.Refuse($"padding_mode={border}, expected 0 to 2");
        return new GridSample
        {
            Axes = Window.AxesOf(call) ?? AxesOfName(call.Call.Target),
            Mode = mode switch
            {
                Bilinear => Interpolation.Linear,
                Nearest => Interpolation.Nearest,
                Bicubic => Interpolation.Cubic,
                _ => throw call.Refuse($"interpolation_mode={mode}, expected 0 to 2"),
            },
            Border = (GridBorder)border,
            AlignCorners = call.Bool("align_corners"),
        };
    }

    static int? AxesOfName(string name) => name.EndsWith("2d", StringComparison.Ordinal) ? 2
        : name.EndsWith("3d", StringComparison.Ordinal) ? 3 : null;

    /// <inheritdoc/>
    public override bool AddsUp => Mode != Interpolation.Nearest;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        foreach (var input in inputs)
            if (!input.Type.IsFloating()) return $"operands are {inputs[0]} and {inputs[1]}, expected floats";
        return null;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], grid = inputs[1];
        if (x.Rank is not (4 or 5) || x.Rank - 2 != (Axes ?? x.Rank - 2) || grid.Rank != x.Rank)
            return $"input is {x} and the grid {grid}, expected (n, c, h, w) and (n, oh, ow, 2) or the like of volumes";
        if (grid[-1] != x.Rank - 2) return $"grid is {grid}, expected {x.Rank - 2} numbers a place";
        if (grid[0] != x[0]) return $"grid is {grid}, expected a batch of {x[0]}";
        if (Mode == Interpolation.Cubic && x.Rank == 5) return $"input is {x}, cubic is for (n, c, h, w) alone";
        return x.AsSpan()[2..].Contains(0) ? $"input is {x}, expected elements; PyTorch refuses it too" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Shape.Create([inputs[0][0], inputs[0][1], .. inputs[1].AsSpan()[1..^1]])];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        Arrangements.ChannelsLast(inputs, inputs[0].Shape.Rank);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => output.Elements * Mode switch
    {
        Interpolation.Nearest => 1,
        Interpolation.Cubic => 16,
        _ => 1L << (inputs[0].Rank - 2),
    };
}
