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

    /// <summary><c>rms_norm</c>: by the root of the mean of squares over the last axes, as many as
    /// <paramref name="axes"/>.</summary>
    public static NaiveTensor RmsNorm(NaiveTensor x, int axes, NaiveTensor? weight, double epsilon)
    {
        var block = x.Shape[^axes..].Aggregate(1, (product, extent) => product * extent);
        var y = new double[x.Data.Length];
        for (var i = 0; i < y.Length; i++)
        {
            var squares = x.Data[(i / block * block)..(i / block * block + block)].Average(value => value * value);
            y[i] = x.Data[i] / Math.Sqrt(squares + epsilon) * (weight?.Data[i % block] ?? 1);
        }
        return new NaiveTensor(x.Shape, y);
    }

    /// <summary><c>scaled_dot_product_attention</c>: for each query the mean of the values, weighted by the
    /// exponentials of its products with their keys. A mask of flags hides keys, another is added to the
    /// products.</summary>
    public static NaiveTensor Attention(
        NaiveTensor query, NaiveTensor key, NaiveTensor value, NaiveTensor? mask, bool maskIsFlags, bool causal,
        double? scale, bool grouped)
    {
        if (grouped)
        {
            key = Repeated(key, query.Shape[^3] / key.Shape[^3]);
            value = Repeated(value, query.Shape[^3] / value.Shape[^3]);
        }
        var batch = Common(Common(query.Shape[..^2], key.Shape[..^2]), value.Shape[..^2]);
        var factor = scale ?? 1 / Math.Sqrt(query.Shape[^1]);
        return NaiveTensor.From([.. batch, query.Shape[^2], value.Shape[^1]], at =>
        {
            double sum = 0, total = 0;
            var head = at[..^2];
            for (var s = 0; s < key.Shape[^2]; s++)
            {
                if (causal && s > at[^2]) continue;
                var product = 0.0;
                for (var e = 0; e < query.Shape[^1]; e++)
                    product += Broadcasted(query, [.. head, at[^2], e]) * Broadcasted(key, [.. head, s, e]);
                product *= factor;
                if (mask is not null)
                {
                    var entry = Broadcasted(mask, [.. head, at[^2], s]);
                    if (maskIsFlags && entry == 0) continue;
                    if (!maskIsFlags) product += entry;
                }
                var weight = Math.Exp(product);
                total += weight;
                sum += weight * Broadcasted(value, [.. head, s, at[^1]]);
            }
            return total == 0 ? 0 : sum / total;
        });
    }

    // Each head as often as queries share it.
    static NaiveTensor Repeated(NaiveTensor x, int times)
    {
        int[] shape = [.. x.Shape];
        shape[^3] *= times;
        return NaiveTensor.From(shape, at => x[With(at, at.Length - 3, at[^3] / times)]);
    }

    static int[] Common(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var one = i <= a.Length ? a[^i] : 1;
            shape[^i] = one != 1 || i > b.Length ? one : b[^i];
        }
        return shape;
    }

    static double Broadcasted(NaiveTensor x, int[] at)
    {
        var index = at[^x.Rank..];
        for (var axis = 0; axis < index.Length; axis++)
            if (x.Shape[axis] == 1) index[axis] = 0;
        return x[index];
    }

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
