using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>How a layout survives a reshape that moves no element.</summary>
static class Carry
{
    /// <summary>The layout of the reshaped value when the memory stays as it is; null when no layout describes
    /// it.</summary>
    /// <remarks>Both shapes fall into the smallest groups of neighbouring logical axes with equal products, left to
    /// right. A group of several axes keeps its memory iff its input axes stand side by side in memory, in their
    /// logical order; axes of extent 1 occupy nothing and do not count.</remarks>
    public static Permutation? Through(Shape from, Permutation layout, Shape to)
    {
        if (layout.IsIdentity) return Permutation.Identity(to.Rank);
        if (from.Elements == 0) return null;
        int[] rankInMemory = RanksInMemory(from, layout);
        var groups = new List<(int First, List<int> Axes)>();
        var leadingOnes = new List<int>();
        foreach (var (fromAxes, toAxes) in Groups(from, to))
        {
            int[] ranks = [.. fromAxes.Where(axis => from[axis] != 1).Select(axis => rankInMemory[axis])];
            if (ranks.Length == 0)
            {
                // Axes of extent 1 lie anywhere: beside their logical neighbour, so that plain orders stay plain.
                (groups.Count > 0 ? groups[^1].Axes : leadingOnes).AddRange(toAxes);
                continue;
            }
            for (int i = 1; i < ranks.Length; i++)
                if (ranks[i] != ranks[i - 1] + 1) return null;
            groups.Add((ranks[0], toAxes));
        }
        var axes = new List<int>(leadingOnes);
        foreach (var (_, group) in groups.OrderBy(group => group.First)) axes.AddRange(group);
        return new Permutation([.. axes]);
    }

    /// <summary>The layout nearest to <paramref name="layout"/> that carries through: the axes of each group that
    /// stands apart come together, in their logical order, where the innermost of them is. Channels that are shuffled
    /// stay innermost.</summary>
    public static Permutation Nearest(Shape from, Permutation layout, Shape to)
    {
        if (from.Elements == 0) return Permutation.Identity(from.Rank);
        var together = new int[from.Rank][];
        foreach (var (fromAxes, _) in Groups(from, to))
        {
            int[] axes = [.. fromAxes];
            foreach (int axis in axes) together[axis] = axes;
        }
        int[] ranks = RanksInMemory(from, layout);
        var order = new List<int>(from.Rank);
        foreach (int axis in layout.AsSpan())
        {
            int[] group = together[axis];
            int innermost =
                group.Where(other => from[other] != 1).DefaultIfEmpty(group[^1]).MaxBy(other => ranks[other]);
            if (axis == innermost) order.AddRange(group);
        }
        return new Permutation([.. order]);
    }

    // For each logical axis of extent other than 1, its place in memory among such axes.
    static int[] RanksInMemory(Shape shape, Permutation layout)
    {
        var ranks = new int[shape.Rank];
        int next = 0;
        foreach (int axis in layout.AsSpan())
            if (shape[axis] != 1) ranks[axis] = next++;
        return ranks;
    }

    static IEnumerable<(List<int> From, List<int> To)> Groups(Shape from, Shape to)
    {
        int i = 0, j = 0;
        while (i < from.Rank || j < to.Rank)
        {
            List<int> fromAxes = [], toAxes = [];
            long left = 1, right = 1;
            if (i < from.Rank) Take(from, ref i, ref left, fromAxes);
            if (j < to.Rank) Take(to, ref j, ref right, toAxes);
            while (left != right)
            {
                if (left < right) Take(from, ref i, ref left, fromAxes);
                else Take(to, ref j, ref right, toAxes);
            }
            yield return (fromAxes, toAxes);
        }
    }

    static void Take(Shape shape, ref int next, ref long product, List<int> axes)
    {
        product *= shape[next];
        axes.Add(next++);
    }
}
