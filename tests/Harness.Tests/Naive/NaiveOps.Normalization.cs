namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>batch_norm</c> in eval mode, axis 1: (x − mean) / √(variance + epsilon) · weight + bias.</summary>
    public static NaiveTensor BatchNorm(NaiveTensor x, NaiveTensor? weight, NaiveTensor? bias, NaiveTensor mean,
        NaiveTensor variance, double epsilon = 1e-5) =>
        NaiveTensor.From(x.Shape, at =>
        {
            var c = at[1];
            return (x[at] - mean[c]) / Math.Sqrt(variance[c] + epsilon) * (weight?[c] ?? 1) + (bias?[c] ?? 0);
        });

    /// <summary><c>layer_norm</c> over the last axes, as many as <paramref name="axes"/>; variance over n.</summary>
    public static NaiveTensor LayerNorm(
        NaiveTensor x, int axes, NaiveTensor? weight, NaiveTensor? bias, double epsilon = 1e-5)
    {
        var block = x.Shape[^axes..].Aggregate(1, (product, extent) => product * extent);
        var y = new double[x.Data.Length];
        for (var start = 0; start < y.Length; start += block)
        {
            var values = x.Data[start..(start + block)];
            var mean = values.Average();
            var variance = values.Average(value => (value - mean) * (value - mean));
            for (var i = 0; i < block; i++)
            {
                var normal = (values[i] - mean) / Math.Sqrt(variance + epsilon);
                y[start + i] = normal * (weight?.Data[i] ?? 1) + (bias?.Data[i] ?? 0);
            }
        }
        return new NaiveTensor(x.Shape, y);
    }

    /// <summary><c>softmax</c> along one axis, which may be counted from the end.</summary>
    public static NaiveTensor Softmax(NaiveTensor x, int axis)
    {
        axis = Axis(axis, x.Rank);
        return NaiveTensor.From(x.Shape, at =>
        {
            var row = Enumerable.Range(0, x.Shape[axis]).Select(i => x[With(at, axis, i)]).ToArray();
            var largest = row.Max();
            return Math.Exp(x[at] - largest) / row.Sum(value => Math.Exp(value - largest));
        });
    }

    /// <summary><c>log_softmax</c> along one axis, which may be counted from the end.</summary>
    public static NaiveTensor LogSoftmax(NaiveTensor x, int axis)
    {
        axis = Axis(axis, x.Rank);
        return NaiveTensor.From(x.Shape, at =>
        {
            var row = Enumerable.Range(0, x.Shape[axis]).Select(i => x[With(at, axis, i)]).ToArray();
            var largest = row.Max();
            return x[at] - largest - Math.Log(row.Sum(value => Math.Exp(value - largest)));
        });
    }

    /// <summary><c>mean</c>: <see cref="Sum"/> by the number of elements in each.</summary>
    public static NaiveTensor Mean(NaiveTensor x, int[] axes, bool keep = false)
    {
        var sum = Sum(x, axes, keep);
        var count = x.Data.Length / sum.Data.Length;
        return sum.Map(value => value / count);
    }

    /// <summary><c>sum</c> over axes, which stay as 1 where kept; over all of them where none is named.</summary>
    public static NaiveTensor Sum(NaiveTensor x, int[] axes, bool keep = false)
    {
        var gone = axes.Length == 0
            ? [.. Enumerable.Range(0, x.Rank)]
            : axes.Select(axis => Axis(axis, x.Rank)).ToHashSet();
        int[] kept = [.. x.Shape.Select((extent, axis) => gone.Contains(axis) ? 1 : extent)];
        var y = NaiveTensor.Zeros(kept);
        foreach (var at in NaiveTensor.Indices(x.Shape))
        {
            int[] to = [.. at.Select((i, axis) => gone.Contains(axis) ? 0 : i)];
            y[to] += x[at];
        }
        return keep ? y : new NaiveTensor([.. x.Shape.Where((_, axis) => !gone.Contains(axis))], y.Data);
    }

    static int Axis(int axis, int rank) => axis < -rank || axis >= rank
        ? throw new ArgumentOutOfRangeException(nameof(axis), $"axis {axis} of rank {rank}")
        : axis < 0 ? axis + rank : axis;

    static int[] With(int[] index, int axis, int value)
    {
        var changed = (int[])index.Clone();
        changed[axis] = value;
        return changed;
    }
}
