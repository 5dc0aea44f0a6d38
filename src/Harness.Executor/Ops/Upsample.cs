using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>How an <see cref="Upsample"/> finds an element between those that are there.</summary>
public enum Interpolation
{
    /// <summary>The element at <c>⌊i · scale⌋</c>.</summary>
    Nearest,
    /// <summary>The element at <c>⌊(i + ½) · scale⌋</c>: <c>nearest-exact</c>.</summary>
    NearestExact,
    /// <summary>Between the two neighbours along each axis: linear, bilinear, trilinear.</summary>
    Linear,
    /// <summary>Between four along each axis: bicubic.</summary>
    Cubic,
}

/// <summary>An image, sequence or volume in another resolution. Source: torch.nn.Upsample,
/// torch.nn.functional.interpolate.</summary>
/// <remarks>
/// <para>(n, c, …) to (n, c, …) with the extents <see cref="Sizes"/>, or <c>⌊n · scale⌋</c>. The place in the input of
/// output i is <c>scale · i</c> with aligned corners, <c>scale · (i + ½) - ½</c> without; scale is the input's extent
/// over the output's, <c>(n - 1) / (o - 1)</c> with aligned corners, or 1 / the call's own scale where it states
/// one.</para>
/// <para>Along each axis the sum goes from the first neighbour to the last, columns within rows within planes. Places
/// and weights are computed in float64, whatever the precision of a run.</para>
/// </remarks>
public sealed record Upsample : Op
{
    /// <summary>How many axes are resized, the last ones.</summary>
    public required int Axes { get; init; }

    /// <summary>How it interpolates.</summary>
    public required Interpolation Mode { get; init; }

    /// <summary>The output's extents by axis; none where the scales give them.</summary>
    public IntList Sizes { get; init; } = [];

    /// <summary>Output over input by axis, where the call states it; the last axes of an image or sequence.</summary>
    public (double? D, double? H, double? W) Scales { get; init; }

    /// <summary>True when the first and the last element keep their places.</summary>
    public bool AlignCorners { get; init; }

    /// <summary>True when neighbours are weighted over as much of the input as an output element covers.</summary>
    public bool Antialias { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "_upsample_bicubic2d_aa", "_upsample_bicubic2d_aa.vec", "_upsample_bilinear2d_aa",
        "_upsample_bilinear2d_aa.vec", "_upsample_nearest_exact1d", "_upsample_nearest_exact1d.vec",
        "_upsample_nearest_exact2d", "_upsample_nearest_exact2d.vec", "_upsample_nearest_exact3d",
        "_upsample_nearest_exact3d.vec", "upsample_bicubic2d", "upsample_bicubic2d.vec", "upsample_bilinear2d",
        "upsample_bilinear2d.vec", "upsample_linear1d", "upsample_linear1d.vec", "upsample_nearest1d",
        "upsample_nearest1d.vec", "upsample_nearest2d", "upsample_nearest2d.vec", "upsample_nearest3d",
        "upsample_nearest3d.vec", "upsample_trilinear3d", "upsample_trilinear3d.vec");

    static Upsample Parse(Bound call)
    {
        int axes = Window.AxesOf(call)!.Value;
        string name = call.Call.Target;
        bool sized = !call.IsNone("output_size");
        bool listed = call.Has("scale_factors");
        // Sizes with scales of their own may stand in the overloads that list no factors alone.
        if (listed && sized != call.IsNone("scale_factors"))
            throw call.Refuse("expected one of output_size and scale_factors; PyTorch refuses it too");
        // One number may stand for all axes, a list of one may not.
        if (sized && call.IsShort("output_size", axes))
            throw call.Refuse($"output_size has too few numbers, expected {axes}; PyTorch refuses it too");
        return new Upsample
        {
            Axes = axes,
            Mode = name.Contains("nearest_exact", StringComparison.Ordinal) ? Interpolation.NearestExact
                : name.Contains("nearest", StringComparison.Ordinal) ? Interpolation.Nearest
                : name.Contains("cubic", StringComparison.Ordinal) ? Interpolation.Cubic : Interpolation.Linear,
            Antialias = name.EndsWith("_aa", StringComparison.Ordinal),
            AlignCorners = call.Has("align_corners") && call.Bool("align_corners"),
            Sizes = sized ? [.. call.Ints("output_size", axes)] : [],
            Scales = !listed ? (Scale("scales_d"), Scale("scales_h"), Scale("scales_w") ?? Scale("scales"))
                : sized ? default : Listed(call.Floats("scale_factors", axes)),
        };

        double? Scale(string argument) => call.Has(argument) ? call.FloatOrNull(argument) : null;
    }

    static (double? D, double? H, double? W) Listed(ImmutableArray<double> scales) =>
        (scales.Length > 2 ? scales[^3] : null, scales.Length > 1 ? scales[^2] : null, scales[^1]);

    /// <summary>The call's own scale of one axis, counted from the first that is resized; null where it states none
    /// that counts.</summary>
    public double? ScaleOf(int axis)
    {
        double? scale = (Axes - axis) switch { 1 => Scales.W, 2 => Scales.H, _ => Scales.D };
        return scale > 0 ? scale : null;
    }

    /// <summary>True where each output element is one of the input's.</summary>
    public bool IsNearest => Mode is Interpolation.Nearest or Interpolation.NearestExact;

    /// <inheritdoc/>
    public override bool AddsUp => !IsNearest;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type.IsFloating() ? null
        : $"operand 0 is {inputs[0]}, expected floating-point numbers";

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank != Axes + 2) return $"input is {x}, expected {Window.Letters("n, c, ", Axes)}";
        if (x.AsSpan()[1..].Contains(0)) return $"input is {x}, expected elements; PyTorch refuses it too";
        for (int axis = 0; axis < Axes; axis++)
        {
            double extent = ExtentOf(axis, x[2 + axis]);
            // Not a number neither.
            if (!(extent >= 1)) return $"axis {2 + axis} of {x} would have the extent {extent}";
            if (extent > int.MaxValue) return Axis.MisfitOfExtent((long)extent);
        }
        return null;
    }

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        if (!IsNearest || MisfitOfShapes([inputs[0].Shape]) is not null) return null;
        for (int axis = 0; axis < Axes; axis++)
        {
            int n = inputs[0].Shape[2 + axis], o = (int)ExtentOf(axis, n);
            int[] wide = Nearest(axis, n, o);
            foreach (int[] other in (int[][])[NearestInFloat32(axis, n, o), NearestOfChannelsLast(axis, n, o)])
            {
                int at = wide.AsSpan().CommonPrefixLength(other);
                if (at == o) continue;
                return $"axis {2 + axis} from {n} to {o}: for element {at} PyTorch itself takes element {wide[at]} " +
                    $"of the input or element {other[at]}, by precision and memory format";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Span<int> y = [.. inputs[0].AsSpan()];
        for (int axis = 0; axis < Axes; axis++) y[2 + axis] = (int)ExtentOf(axis, y[2 + axis]);
        return [Shape.Create(y)];
    }

    // PyTorch cuts the product off towards zero.
    double ExtentOf(int axis, int n) => Sizes.Count > 0 ? Sizes[axis] : Math.Truncate(n * ScaleOf(axis) ?? 0);

    /// <summary>The input elements that the output's are along one axis, for <see cref="IsNearest"/>: PyTorch's in
    /// float64.</summary>
    public int[] Nearest(int axis, int n, int o)
    {
        double scale = ScaleOf(axis) is { } stated ? 1 / stated : (double)n / o;
        double half = Mode == Interpolation.NearestExact ? 0.5 : 0;
        var from = new int[o];
        // Rounded to float32 before it is cut off, as PyTorch does: what is an integer but for rounding becomes one.
        for (int i = 0; i < o; i++) from[i] = (int)Math.Min(MathF.Floor((float)((i + half) * scale)), n - 1);
        return from;
    }

    int[] NearestInFloat32(int axis, int n, int o)
    {
        float scale = ScaleOf(axis) is { } stated ? (float)(1 / stated) : (float)n / o;
        float half = Mode == Interpolation.NearestExact ? 0.5f : 0;
        var from = new int[o];
        for (int i = 0; i < o; i++) from[i] = (int)Math.Min(MathF.Floor((i + half) * scale), n - 1);
        return from;
    }

    // Two quotients are special there.
    int[] NearestOfChannelsLast(int axis, int n, int o) => Mode != Interpolation.Nearest || (o != n && o != 2 * n)
        ? NearestInFloat32(axis, n, o)
        : [.. Enumerable.Range(0, o).Select(i => o == n ? i : i / 2)];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, Axes + 2);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output)
    {
        long taps = Mode switch { Interpolation.Linear => 2, Interpolation.Cubic => 4, _ => 1 };
        long flops = output.Elements;
        for (int axis = 0; axis < Axes; axis++) flops *= taps;
        return flops;
    }
}
