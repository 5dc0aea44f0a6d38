namespace Harness.Executor.Ops;

/// <summary>PyTorch's axis numbers: negative ones count from the last LOGICAL axis, whatever the layout.</summary>
public static class Axis
{
    /// <summary>Why there is no such axis; null where there is. A scalar counts as one axis, as in PyTorch.</summary>
    public static string? Misfit(int axis, int rank)
    {
        int count = Math.Max(rank, 1);
        return axis < -count || axis >= count
            ? $"axis {axis} is out of range, expected {-count} to {count - 1}"
            : null;
    }

    /// <summary>Why one of the axes is not there, or is there twice; null where all are there once.</summary>
    public static string? Misfit(IntList axes, int rank)
    {
        for (int i = 0; i < axes.Count; i++)
        {
            if (Misfit(axes[i], rank) is { } why) return why;
            for (int earlier = 0; earlier < i; earlier++)
                if (Of(axes[earlier], rank) == Of(axes[i], rank)) return $"axis {axes[i]} appears twice in {axes}";
        }
        return null;
    }

    /// <summary>Why no axis can be so long; null where it can.</summary>
    public static string? MisfitOfExtent(long extent) =>
        extent > int.MaxValue ? $"the result would have the extent {extent}, expected less than 2^31" : null;

    /// <summary>The axis from 0, of one that is there.</summary>
    public static int Of(int axis, int rank) => axis < 0 ? axis + Math.Max(rank, 1) : axis;

    /// <summary>The axes from 0 in the order given, of those that are there once.</summary>
    public static int[] Of(IntList axes, int rank)
    {
        var result = new int[axes.Count];
        for (int i = 0; i < result.Length; i++) result[i] = Of(axes[i], rank);
        return result;
    }
}
