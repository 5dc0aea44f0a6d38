using Harness.Executor.Ops;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Where a <see cref="GridSample"/> reads along one axis: a place's neighbours and their weights.</summary>
/// <param name="op">How it reads.</param>
/// <param name="extent">The input's extent.</param>
readonly struct GridPlaces(GridSample op, int extent)
{
    /// <summary>The most neighbours an axis has.</summary>
    public const int Most = 4;

    /// <summary>Elements that lie outside of the input have the index -1.</summary>
    /// <param name="coordinate">From -1 to 1 inside.</param>
    /// <param name="indices">Where they are written.</param>
    /// <param name="weights">The same.</param>
    /// <returns>How many there are.</returns>
    public int Of(double coordinate, Span<int> indices, Span<double> weights)
    {
        double place = op.AlignCorners
            ? (coordinate + 1) / 2 * (extent - 1)
            : (((coordinate + 1) * extent) - 1) / 2;
        if (op.Mode == Interpolation.Cubic)
        {
            double floor = Math.Floor(place), lambda = place - floor;
            for (int tap = 0; tap < Most; tap++)
            {
                // Each neighbour is brought inside by itself.
                indices[tap] = Inside(Within(floor - 1 + tap));
                weights[tap] = ResampleAxis.CubicWeight(tap - 1 - lambda, -0.75);
            }
            return Most;
        }
        place = Within(place);
        if (op.Mode == Interpolation.Nearest)
        {
            (indices[0], weights[0]) = (Inside(Math.Round(place, MidpointRounding.ToEven)), 1);
            return 1;
        }
        double first = Math.Floor(place);
        (indices[0], indices[1]) = (Inside(first), Inside(first + 1));
        (weights[0], weights[1]) = (first + 1 - place, place - first);
        return 2;
    }

    int Inside(double index) => index >= 0 && index < extent ? (int)index : -1;

    // Where the border stands for what lies outside, a place inside.
    double Within(double place)
    {
        if (op.Border == GridBorder.Zeros) return place;
        if (op.Border == GridBorder.Reflection) place = Reflected(place);
        // No number is 0 then.
        return place > 0 ? Math.Min(place, extent - 1) : 0;
    }

    // At the middles of the outermost elements, or at their outer edges.
    double Reflected(double place)
    {
        double low = op.AlignCorners ? 0 : -0.5, span = op.AlignCorners ? extent - 1 : extent;
        if (span == 0) return 0;
        double distance = Math.Abs(place - low), turns = Math.Floor(distance / span), rest = distance % span;
        return turns % 2 == 0 ? rest + low : span - rest + low;
    }
}
