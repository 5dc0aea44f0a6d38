namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>add</c>: a + alpha · b.</summary>
    public static NaiveTensor Add(NaiveTensor a, NaiveTensor b, double alpha = 1) => Zip(a, b, (x, y) => x + alpha * y);

    /// <summary><c>sub</c>: a − alpha · b.</summary>
    public static NaiveTensor Sub(NaiveTensor a, NaiveTensor b, double alpha = 1) => Zip(a, b, (x, y) => x - alpha * y);

    /// <summary><c>mul</c>: a · b.</summary>
    public static NaiveTensor Mul(NaiveTensor a, NaiveTensor b) => Zip(a, b, (x, y) => x * y);

    /// <summary><c>div</c>: a / b.</summary>
    public static NaiveTensor Div(NaiveTensor a, NaiveTensor b) => Zip(a, b, (x, y) => x / y);

    /// <summary>A number as a tensor of rank 0, which broadcasts against anything.</summary>
    public static NaiveTensor Scalar(double value) => NaiveTensor.Of([], value);

    /// <summary>Broadcasts: shapes are aligned at their last axes, and an extent of 1 repeats.</summary>
    public static NaiveTensor Zip(NaiveTensor a, NaiveTensor b, Func<double, double, double> function)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        var shape = new int[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            var (p, q) = (Extent(a, axis), Extent(b, axis));
            if (p != q && p != 1 && q != 1) throw new ArgumentException($"{p} against {q} on axis {axis} of {rank}");
            shape[axis] = p == 1 ? q : p;
        }
        return NaiveTensor.From(shape, at => function(Broadcast(a, at), Broadcast(b, at)));

        int Extent(NaiveTensor tensor, int axis) =>
            axis < rank - tensor.Rank ? 1 : tensor.Shape[axis - (rank - tensor.Rank)];
    }

    static double Broadcast(NaiveTensor tensor, int[] at)
    {
        var skip = at.Length - tensor.Rank;
        var from = new int[tensor.Rank];
        for (var axis = 0; axis < tensor.Rank; axis++) from[axis] = tensor.Shape[axis] == 1 ? 0 : at[axis + skip];
        return tensor[from];
    }
}
