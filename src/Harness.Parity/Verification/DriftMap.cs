using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Parity.Verification;

/// <summary>Where in an output the drift sits: the largest |a-e| by place and by channel, in bins, so that it stays
/// small whatever the output's size.</summary>
/// <param name="Output">The output's name.</param>
/// <param name="Shape">Its shape in PyTorch's axis order.</param>
/// <param name="Limit">What an element may be off.</param>
/// <param name="Rows">Bins of the height; 1 for an output of three axes, 0 for one of fewer, which has no
/// plane.</param>
/// <param name="Plane">The largest of each bin of the plane, over all other axes, row by row. Infinite where one side
/// alone is NaN or infinite.</param>
/// <param name="Channels">The same along <see cref="ChannelAxis"/>.</param>
public sealed record DriftMap(
    string Output, Shape Shape, double Limit, int Rows, ImmutableArray<double> Plane, ImmutableArray<double> Channels)
{
    /// <summary>The most bins of an axis.</summary>
    public const int MostBins = 64;

    /// <summary>Bins of the width.</summary>
    public int Columns => Rows == 0 ? 0 : Plane.Length / Rows;

    /// <summary>The axis of <see cref="Channels"/>: the second, or the only one.</summary>
    public int ChannelAxis => Math.Min(1, Shape.Rank - 1);

    /// <summary>The map of an output; null where it has no axis or no element.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="limit">What an element may be off.</param>
    /// <param name="actual">What was computed, in PyTorch's axis order.</param>
    /// <param name="expected">What the golden holds.</param>
    /// <exception cref="ArgumentException">They are not of one shape.</exception>
    public static DriftMap? Of(string output, double limit, Tensor actual, Tensor expected)
    {
        ArgumentNullException.ThrowIfNull(actual);
        ArgumentNullException.ThrowIfNull(expected);
        var shape = expected.Shape;
        if (actual.Shape != shape)
            throw new ArgumentException($"found {actual.Shape}, expected {shape}", nameof(actual));
        if (shape.Rank == 0 || shape.Elements == 0) return null;
        double[] a = actual.ToDoubles(), e = expected.ToDoubles();
        int rank = shape.Rank, width = rank > 2 ? shape[-1] : 1, height = rank > 3 ? shape[-2] : 1;
        int channel = Math.Min(1, rank - 1), channels = shape[channel];
        int rows = rank > 2 ? Math.Min(height, MostBins) : 0, columns = Math.Min(width, MostBins);
        var plane = new double[rows * columns];
        var along = new double[Math.Min(channels, MostBins)];
        long inner = 1;
        for (int axis = channel + 1; axis < rank; axis++) inner *= shape[axis];
        for (int i = 0; i < a.Length; i++)
        {
            double off = Off(a[i], e[i]);
            if (off == 0) continue;
            ref double bin = ref along[BinOf((int)(i / inner % channels), channels, along.Length)];
            bin = Math.Max(bin, off);
            if (rows == 0) continue;
            ref double place = ref plane[
                (BinOf(i / width % height, height, rows) * columns) + BinOf(i % width, width, columns)];
            place = Math.Max(place, off);
        }
        return new DriftMap(output, shape, limit, rows, [.. plane.Select(Rounded)], [.. along.Select(Rounded)]);
    }

    // Two digits after the first are more than any picture shows, and take a third of the room in a report.
    static double Rounded(double off) => off == 0 || double.IsInfinity(off) ? off
        : double.Parse(off.ToString("e2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static int BinOf(int index, int extent, int bins) => (int)((long)index * bins / extent);

    static double Off(double actual, double expected) => actual.Equals(expected) ? 0
        : double.IsFinite(actual) && double.IsFinite(expected) ? Math.Abs(actual - expected)
        : double.PositiveInfinity;

    /// <inheritdoc/>
    public bool Equals(DriftMap? other) => other is not null
        && (Output, Limit, Rows) == (other.Output, other.Limit, other.Rows) && Shape == other.Shape
        && Plane.AsSpan().SequenceEqual(other.Plane.AsSpan())
        && Channels.AsSpan().SequenceEqual(other.Channels.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Output, Limit, Rows, Plane.Length, Channels.Length);
}
