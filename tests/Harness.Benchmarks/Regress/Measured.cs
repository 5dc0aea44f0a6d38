namespace Harness.Benchmarks.Regress;

/// <summary>One number of a subject: how much of a yardstick one inference takes.</summary>
/// <param name="Median">The middle of what was measured.</param>
/// <param name="Spread">How far measurements lie from it, in the same unit.</param>
readonly record struct Measured(double Median, double Spread)
{
    /// <summary>Of rounds of one process: their median, and their median deviation from it.</summary>
    public static Measured Of(IReadOnlyCollection<double> rounds) =>
        new(Statistics.Median(rounds), Statistics.Deviation(rounds));

    /// <summary>Of independent repeats: the median of their medians; the spread within them or between them, whichever
    /// is larger.</summary>
    public static Measured Of(IReadOnlyCollection<Measured> repeats)
    {
        double median = Statistics.Median(repeats.Select(repeat => repeat.Median));
        double within = Statistics.Median(repeats.Select(repeat => repeat.Spread));
        double between = repeats.Max(repeat => Math.Abs(repeat.Median - median));
        return new Measured(median, Math.Max(within, between));
    }
}
