namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>_weight_norm</c>: v · g over the root of the sum of v's squares in the same part of the axis, or of
    /// all of them.</summary>
    public static NaiveTensor WeightNorm(NaiveTensor v, NaiveTensor g, int axis)
    {
        var squares = new double[axis < 0 ? 1 : v.Shape[axis]];
        foreach (int[] at in NaiveTensor.Indices(v.Shape)) squares[axis < 0 ? 0 : at[axis]] += v[at] * v[at];
        return NaiveTensor.From(v.Shape, at =>
        {
            int part = axis < 0 ? 0 : at[axis];
            return v[at] * g.Data[part] / Math.Sqrt(squares[part]);
        });
    }
}
