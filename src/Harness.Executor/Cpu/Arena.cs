namespace Harness.Executor.Cpu;

/// <summary>The time a buffer is needed: steps <paramref name="First"/> to <paramref name="Last"/>, both
/// inclusive.</summary>
sealed record Lifetime(int First, int Last)
{
    /// <summary>True when both are needed at some step.</summary>
    public bool Overlaps(Lifetime other) => First <= other.Last && other.First <= Last;
}

/// <summary>One allocation for all activations: buffers whose lifetimes do not overlap share memory.</summary>
/// <remarks>Buffers are placed one after another, each into the tightest gap that is free during its whole life. Which
/// order is best differs by model, and placing costs microseconds: several are tried, and the best of them is improved
/// by placing first what ended on top, until the lower bound is met or nothing helps. The orders are those of Pisarchyk
/// and Lee (2020), https://arxiv.org/abs/2001.03288. The same buffers give the same offsets on every machine.</remarks>
sealed class Arena
{
    /// <summary>Buffers start at multiples of this many bytes: a cache line, and the widest register.</summary>
    public const int Alignment = 64;

    // Rounds of improvement: beyond a few dozen nothing was ever found.
    const int Rounds = 64;

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
        long[] aligned = [.. sizes.Select(Align)];
        Lifetime[] lives = [.. lifetimes];
        long least = LowerBound(sizes, lifetimes);
        Arena? best = null;
        int[] bestOrder = [];
        foreach (int[] order in Orders(aligned, lives))
        {
            var arena = InOrder(order, aligned, lives);
            if (best is not null && arena.Bytes >= best.Bytes) continue;
            (best, bestOrder) = (arena, order);
            if (arena.Bytes == least) return arena;
        }
        // What lies on top made the arena as large as it is: it gets the first choice.
        var current = best!;
        int[] currentOrder = bestOrder;
        for (int round = 0; round < Rounds && best!.Bytes > least; round++)
        {
            var (top, rest) = (new List<int>(), new List<int>());
            foreach (int buffer in currentOrder)
                (current.Offsets[buffer] + aligned[buffer] == current.Bytes ? top : rest).Add(buffer);
            currentOrder = [.. top, .. rest];
            current = InOrder(currentOrder, aligned, lives);
            if (current.Bytes < best.Bytes) best = current;
        }
        return best!;
    }

    /// <summary>The most bytes that are live at one step: no arena can be smaller.</summary>
    public static long LowerBound(IReadOnlyList<long> sizes, IReadOnlyList<Lifetime> lifetimes)
    {
        long most = 0;
        foreach (int step in lifetimes.Select(l => l.First).Distinct())
            most = Math.Max(most, LiveAt(step, sizes, lifetimes));
        return most;
    }

    static long LiveAt(int step, IReadOnlyList<long> sizes, IReadOnlyList<Lifetime> lifetimes)
    {
        long live = 0;
        for (int i = 0; i < sizes.Count; i++)
            if (lifetimes[i].First <= step && step <= lifetimes[i].Last) live += Align(sizes[i]);
        return live;
    }

    // Largest first; most bytes times steps first; longest first; in the order of first use; and whatever is alive at
    // the busiest steps first.
    static IEnumerable<int[]> Orders(long[] sizes, Lifetime[] lives)
    {
        int[] all = [.. Enumerable.Range(0, sizes.Length)];
        long Length(int buffer) => lives[buffer].Last - (long)lives[buffer].First + 1;
        yield return [.. all.OrderByDescending(i => sizes[i]).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(i => (double)sizes[i] * Length(i)).ThenBy(i => i)];
        yield return [.. all.OrderByDescending(Length).ThenByDescending(i => sizes[i]).ThenBy(i => i)];
        yield return [.. all.OrderBy(i => lives[i].First).ThenByDescending(i => sizes[i]).ThenBy(i => i)];
        var live = lives.Select(life => life.First).Distinct()
            .ToDictionary(step => step, step => LiveAt(step, sizes, lives));
        long Busiest(int buffer) =>
            live.Where(pair => lives[buffer].First <= pair.Key && pair.Key <= lives[buffer].Last)
                .Max(pair => pair.Value);
        long[] busiest = [.. all.Select(Busiest)];
        yield return [.. all.OrderByDescending(i => busiest[i]).ThenByDescending(i => sizes[i]).ThenBy(i => i)];
    }

    static Arena InOrder(int[] order, long[] sizes, Lifetime[] lives)
    {
        var offsets = new long[sizes.Length];
        // Those placed so far by offset, so that one walk finds the gaps.
        var placed = new List<int>(sizes.Length);
        long total = 0;
        foreach (int buffer in order)
        {
            long at = 0, best = -1, bestGap = long.MaxValue;
            foreach (int other in placed)
            {
                if (!lives[other].Overlaps(lives[buffer])) continue;
                long gap = offsets[other] - at;
                if (gap >= sizes[buffer] && gap < bestGap) (best, bestGap) = (at, gap);
                at = Math.Max(at, offsets[other] + sizes[other]);
            }
            offsets[buffer] = best >= 0 ? best : at;
            total = Math.Max(total, checked(offsets[buffer] + sizes[buffer]));
            int place = placed.Count;
            while (place > 0 && offsets[placed[place - 1]] > offsets[buffer]) place--;
            placed.Insert(place, buffer);
        }
        return new Arena(offsets, total);
    }

    static long Align(long bytes) => checked((bytes + Alignment - 1) / Alignment * Alignment);
}
