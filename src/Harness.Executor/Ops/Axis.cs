namespace Harness.Executor.Ops;

/// <summary>PyTorch's axis numbers: negative ones count from the last LOGICAL axis, whatever the layout.</summary>
public static class Axis
{
    /// <summary>The axis from 0; a scalar counts as one axis, as in PyTorch.</summary>
    /// <exception cref="ShapeException">The axis is out of range.</exception>
    public static int Of(int axis, int rank)
    {
        int count = Math.Max(rank, 1);
        if (axis < -count || axis >= count)
            throw new ShapeException($"axis {axis} is out of range, expected {-count} to {count - 1}");
        return axis < 0 ? axis + count : axis;
    }

    /// <summary>The axes from 0, each at most once, in the order given.</summary>
    /// <exception cref="ShapeException">An axis is out of range or repeated.</exception>
    public static int[] Of(IntList axes, int rank)
    {
        var result = new int[axes.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Of(axes[i], rank);
            if (result.AsSpan(0, i).Contains(result[i]))
                throw new ShapeException($"axis {axes[i]} appears twice in {axes}");
        }
        return result;
    }
}
