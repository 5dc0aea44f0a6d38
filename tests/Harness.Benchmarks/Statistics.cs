namespace Harness.Benchmarks;

/// <summary>Numbers that a few outliers do not move.</summary>
static class Statistics
{
    /// <summary>The middle of the sorted values; the mean of the middle two of an even count.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) throw new ArgumentException("a median of nothing", nameof(values));
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Median absolute deviation from the median, in the values' unit.</summary>
    public static double Deviation(IReadOnlyCollection<double> values)
    {
        double median = Median(values);
        return Median(values.Select(value => Math.Abs(value - median)));
    }
}
