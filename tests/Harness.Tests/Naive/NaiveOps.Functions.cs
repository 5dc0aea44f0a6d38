namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary>One number of all elements along some axes, or along all where none is named.</summary>
    public static NaiveTensor Reduce(NaiveTensor x, int[] axes, bool keep, Func<double[], double> function)
    {
        bool[] gone = new bool[x.Rank];
        foreach (var axis in axes) gone[Axis(axis, x.Rank)] = true;
        if (axes.Length == 0) Array.Fill(gone, true);
        int[] kept = [.. x.Shape.Select((extent, axis) => gone[axis] ? 1 : extent)];
        var result = NaiveTensor.From(kept, at => function([.. NaiveTensor
            .Indices([.. x.Shape.Select((extent, axis) => gone[axis] ? extent : 1)])
            .Select(inner => x[[.. inner.Select((i, axis) => i + at[axis])]])]));
        return keep ? result : new NaiveTensor([.. x.Shape.Where((_, axis) => !gone[axis])], result.Data);
    }

    /// <summary><c>linalg.vector_norm</c> of one row.</summary>
    public static double Norm(double[] row, double order) => order switch
    {
        double.PositiveInfinity => row.Max(Math.Abs),
        double.NegativeInfinity => row.Min(Math.Abs),
        0 => row.Count(x => x != 0),
        _ => Math.Pow(row.Sum(x => Math.Pow(Math.Abs(x), order)), 1 / order),
    };

    /// <summary><c>var</c> of one row: the definition.</summary>
    public static double Variance(double[] row, double correction)
    {
        var mean = row.Sum() / row.Length;
        return row.Sum(x => (x - mean) * (x - mean)) / Math.Max(0, row.Length - correction);
    }

    /// <summary><c>logsumexp</c> of one row.</summary>
    public static double LogSumExp(double[] row)
    {
        var largest = row.Max();
        return largest + Math.Log(row.Sum(x => Math.Exp(x - largest)));
    }

    /// <summary><c>prelu</c>: the slope of the channel, which is axis 1, below zero.</summary>
    public static NaiveTensor PRelu(NaiveTensor x, NaiveTensor slopes) => NaiveTensor.From(x.Shape, at =>
        x[at] > 0 ? x[at] : x[at] * slopes.Data[slopes.Data.Length == 1 ? 0 : at[1]]);

    /// <summary><c>glu</c>: the first half of an axis by the sigmoid of the second.</summary>
    public static NaiveTensor Glu(NaiveTensor x, int axis)
    {
        axis = Axis(axis, x.Rank);
        var half = x.Shape[axis] / 2;
        return NaiveTensor.From(With(x.Shape, axis, half),
            at => x[at] * Sigmoid(x[With(at, axis, at[axis] + half)]));
    }

    /// <summary>Three operands, broadcast.</summary>
    public static NaiveTensor Zip3(
        NaiveTensor a, NaiveTensor b, NaiveTensor c, Func<double, double, double, double> function)
    {
        // Whatever the first two broadcast to is what the third meets.
        var shape = Zip(Zip(a, b, (_, _) => 0), c, (_, _) => 0).Shape;
        return NaiveTensor.From(shape, at => function(Broadcast(a, at), Broadcast(b, at), Broadcast(c, at)));
    }

    /// <summary>The larger or smaller of two, NaN where either is.</summary>
    public static double Larger(double x, double y) => double.IsNaN(x) ? x : double.IsNaN(y) ? y : x > y ? x : y;

    public static double Smaller(double x, double y) => double.IsNaN(x) ? x : double.IsNaN(y) ? y : x < y ? x : y;

    public static double Softplus(double x, double beta, double threshold) =>
        x * beta > threshold ? x : Log1p(Math.Exp(x * beta)) / beta;

    public static double Mish(double x) => x * Math.Tanh(Log1p(Math.Exp(x)));

    public static double LogSigmoid(double x) => x < 0 ? x - Log1p(Math.Exp(x)) : -Log1p(Math.Exp(-x));

    /// <summary>ln(1 + x), by the inverse of the hyperbolic tangent.</summary>
    public static double Log1p(double x) => x > 1e5 ? Math.Log(1 + x) : 2 * Math.Atanh(x / (2 + x));

    /// <summary>eˣ − 1, by the hyperbolic tangent.</summary>
    public static double Expm1(double x) =>
        Math.Abs(x) > 1 ? Math.Exp(x) - 1 : 2 * Math.Tanh(x / 2) / (1 - Math.Tanh(x / 2));

    /// <summary>To so many decimals, ties to even.</summary>
    public static double Round(double x, int decimals)
    {
        var ten = Math.Pow(10, Math.Abs(decimals));
        return decimals < 0
            ? Math.Round(x / ten, MidpointRounding.ToEven) * ten
            : Math.Round(x * ten, MidpointRounding.ToEven) / ten;
    }

    /// <summary>Python's %: the sign of the divisor.</summary>
    public static double Remainder(double x, double y)
    {
        var left = Math.IEEERemainder(x, y);
        return left != 0 && left < 0 != y < 0 ? left + y : left;
    }

    /// <summary>The remainder with the sign of x.</summary>
    public static double Fmod(double x, double y)
    {
        var left = Math.IEEERemainder(Math.Abs(x), Math.Abs(y));
        if (left < 0) left += Math.Abs(y);
        return x < 0 ? -left : left;
    }

    /// <summary>self + weight · (end − self).</summary>
    public static double Lerp(double x, double y, double weight) => x + weight * (y - x);

    /// <summary>x · ln y, 0 where x is 0.</summary>
    public static double Xlogy(double x, double y) => double.IsNaN(y) ? y : x == 0 ? 0 : x * Math.Log(y);
}
