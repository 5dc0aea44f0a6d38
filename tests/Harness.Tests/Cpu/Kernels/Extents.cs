namespace Harness.Tests.Cpu.Kernels;

/// <summary>Extents that sweeps visit: every one from 1 to 130 for one axis, with the others at the edges of
/// registers and tiles. By day (<see cref="Sweeps"/>) every one to 35, twice what fills the widest register and its
/// tail, and of the longer ones those around multiples of 16.</summary>
/// <remarks>Not their product: each extent of the swept axis meets a pair of small edges, or a large and a tiny one,
/// or both, chosen by rotation, so that all edges take part in every sweep.</remarks>
static class Extents
{
    public const int Most = 130;

    static readonly int[] s_small = [1, 6, 7, 13, 14, 15, 16, 17, 31, 32, 33];
    static readonly int[] s_large = [63, 64, 65, 127, 128, 129, 130];
    static readonly int[] s_long = [47, 48, 49, 63, 64, 65, 79, 81, 95, 96, 97, 112, 113, 127, 128, 129, 130];
    static readonly int[] s_tiny = [1, 2, 5, 7];

    /// <summary>1 to 130.</summary>
    public static IEnumerable<int> All =>
        Enumerable.Range(1, Most).Where(extent => Sweeps.All || extent <= 35 || s_long.Contains(extent));

    /// <summary>All edges.</summary>
    public static IEnumerable<int> Edges => [.. s_small, .. s_large];

    /// <summary>Triples in which each axis takes every extent: once with a small or a mixed pair of others, twice
    /// with both, or three times, with a pair of large ones too. Sweeps of other turns rotate differently.</summary>
    public static IEnumerable<(int, int, int)> Sweep(int turn, int times = 1)
    {
        foreach (int extent in All)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                for (int kind = 0; kind < Math.Max(2, times); kind++)
                {
                    if (times == 1 && kind != (extent + axis + turn) % 2) continue;
                    var (a, b) = Others(extent, axis + turn, kind);
                    yield return axis == 0 ? (extent, a, b) : axis == 1 ? (a, extent, b) : (a, b, extent);
                }
            }
        }
    }

    static (int, int) Others(int extent, int turn, int kind)
    {
        if (kind == 0)
            return (
                s_small[(extent + turn) % s_small.Length], s_small[((3 * extent) + (5 * turn) + 1) % s_small.Length]);
        int large = s_large[(extent + turn) % s_large.Length];
        if (kind == 2) return (large, s_large[((3 * extent) + turn + 1) % s_large.Length]);
        int tiny = s_tiny[((extent / 2) + turn) % s_tiny.Length];
        return extent / 2 % 2 == 0 ? (large, tiny) : (tiny, large);
    }

    /// <summary>Pairs in which each axis takes every extent, with three edges of the other.</summary>
    public static IEnumerable<(int, int)> SweepPairs(int turn)
    {
        int[] edges = [.. Edges];
        foreach (int extent in All)
        {
            for (int i = 0; i < 3; i++)
            {
                int edge = edges[((5 * i) + extent + turn) % edges.Length];
                yield return (extent, edge);
                yield return (edge, extent);
            }
        }
    }
}
