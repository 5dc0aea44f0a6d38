namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>group_norm</c>: x[n, c] less the mean of the group's channels of that image, by their deviation
    /// (of n, not n − 1), times weight[c] plus bias[c].</summary>
    public static NaiveTensor GroupNorm(
        NaiveTensor x, int groups, NaiveTensor? weight, NaiveTensor? bias, double epsilon)
    {
        var together = x.Shape[1] / groups;
        return Normalized(x, weight, bias, epsilon, at => (at[0], at[1] / together));
    }

    /// <summary><c>batch_norm</c> without running statistics: channel by channel, by the batch's own mean and
    /// deviation.</summary>
    public static NaiveTensor BatchNormOfBatch(
        NaiveTensor x, NaiveTensor? weight, NaiveTensor? bias, double epsilon) =>
        Normalized(x, weight, bias, epsilon, at => (0, at[1]));

    // Elements with the same key share mean and variance.
    static NaiveTensor Normalized(
        NaiveTensor x, NaiveTensor? weight, NaiveTensor? bias, double epsilon, Func<int[], (int, int)> key)
    {
        var statistics = NaiveTensor.Indices(x.Shape).GroupBy(key).ToDictionary(group => group.Key, group =>
        {
            var values = group.Select(at => x[at]).ToArray();
            var mean = values.Average();
            return (Mean: mean, Variance: values.Average(value => (value - mean) * (value - mean)));
        });
        return NaiveTensor.From(x.Shape, at =>
        {
            var (mean, variance) = statistics[key(at)];
            return (x[at] - mean) / Math.Sqrt(variance + epsilon) * (weight?[at[1]] ?? 1) + (bias?[at[1]] ?? 0);
        });
    }
}
