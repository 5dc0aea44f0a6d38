namespace Harness.Executor.Planning;

/// <summary>The time a buffer is needed: steps <paramref name="First"/> to <paramref name="Last"/>, both inclusive.</summary>
readonly record struct Lifetime(int First, int Last)
{
    /// <summary>True when both are needed at some step.</summary>
    public bool Overlaps(Lifetime other) => First <= other.Last && other.First <= Last;
}

/// <summary>One allocation for all activations: buffers whose lifetimes do not overlap share memory.</summary>
/// <remarks>Largest first, each at the lowest offset that is free during its whole life: the greedy-by-size order of
/// Pisarchyk and Lee (2020), https://arxiv.org/abs/2001.03288.</remarks>
sealed class Arena
{
    /// <summary>Buffers start at multiples of this many bytes: a cache line, and the widest register.</summary>
    public const int Alignment = 64;

    Arena(long[] offsets, long bytes)
    {
        Offsets = offsets;
        Bytes = bytes;
    }

    /// <summary>Byte offset of each buffer, in the order given.</summary>
    public IReadOnlyList<long> Offsets { get; }

    /// <summary>Bytes of the whole arena.</summary>
    public long Bytes { get; }

    /// <summary>Places buffers of these sizes (bytes) and lifetimes.</summary>
    public static Arena Place(IReadOnlyList<long> sizes, IReadOnlyList<Lifetime> lifetimes)
    {
        var offsets = new long[sizes.Count];
        var placed = new List<int>();
        long total = 0;
        foreach (int buffer in Enumerable.Range(0, sizes.Count).OrderByDescending(i => sizes[i]).ThenBy(i => i))
        {
            long size = Align(sizes[buffer]), at = 0;
            foreach (int other in placed.Where(o => lifetimes[o].Overlaps(lifetimes[buffer])).OrderBy(o => offsets[o]))
            {
                if (offsets[other] - at >= size) break;
                at = Math.Max(at, offsets[other] + Align(sizes[other]));
            }
            offsets[buffer] = at;
            total = Math.Max(total, checked(at + size));
            placed.Add(buffer);
        }
        return new Arena(offsets, total);
    }

    /// <summary>The most bytes that are live at one step: no arena can be smaller.</summary>
    public static long LowerBound(IReadOnlyList<long> sizes, IReadOnlyList<Lifetime> lifetimes)
    {
        long most = 0;
        foreach (int step in lifetimes.Select(l => l.First).Distinct())
        {
            long live = 0;
            for (int i = 0; i < sizes.Count; i++)
                if (lifetimes[i].First <= step && step <= lifetimes[i].Last) live += Align(sizes[i]);
            most = Math.Max(most, live);
        }
        return most;
    }

    static long Align(long bytes) => checked((bytes + Alignment - 1) / Alignment * Alignment);
}
