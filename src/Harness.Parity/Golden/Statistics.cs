namespace Harness.Parity.Golden;

/// <summary>Minimum, maximum, mean and standard deviation (of the population) of the finite elements.</summary>
/// <param name="Min">The smallest; 0 where nothing is finite.</param>
/// <param name="Max">The largest; 0 where nothing is finite.</param>
/// <param name="Mean">Sums in index order, so that it is the same everywhere.</param>
/// <param name="Std">The square root of the mean squared distance from the mean.</param>
/// <param name="NonFinite">How many elements are NaN or infinite.</param>
public readonly record struct Statistics(double Min, double Max, double Mean, double Std, long NonFinite)
{
    /// <summary>The statistics of these values.</summary>
    public static Statistics Of(ReadOnlySpan<double> values)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0;
        long finite = 0;
        foreach (double x in values)
        {
            if (!double.IsFinite(x)) continue;
            finite++;
            sum += x;
            min = Math.Min(min, x);
            max = Math.Max(max, x);
        }
        if (finite == 0) return new Statistics(0, 0, 0, 0, values.Length);
        double mean = sum / finite, squares = 0;
        foreach (double x in values)
            if (double.IsFinite(x)) squares += (x - mean) * (x - mean);
        return new Statistics(min, max, mean, Math.Sqrt(squares / finite), values.Length - finite);
    }
}
