using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>Large blocks that come back stay for the next that want as much: whole, in parts, or joined again with
/// what lay beside them.</summary>
/// <remarks>Not synchronized.</remarks>
sealed unsafe class PagePool
{
    // Those that were given back last are last.
    readonly List<Region> _regions = [];
    // Of regions that nobody has a part of: what can go back to the system.
    nuint _idle, _most;

    // What the system gave at once: by address, the parts that lie idle, no two of them neighbours, and those that
    // somebody has.
    sealed class Region(nint start, nuint bytes)
    {
        public void* Start => (void*)start;
        public nuint Bytes => bytes;
        public SortedList<nint, nuint> Idle { get; } = [];
        public Dictionary<nint, nuint> Taken { get; } = [];
        public bool IsIdle => Taken.Count == 0;
    }

    /// <summary>The most bytes of regions that lie idle as a whole; more than that goes back to the system.</summary>
    public nuint Most
    {
        get => _most;
        set
        {
            _most = value;
            Evict(0);
        }
    }

    /// <summary>Memory for <see cref="TryReturn"/>.</summary>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public void* Take(nuint bytes)
    {
        bytes = (bytes + LargePages.Size - 1) / LargePages.Size * LargePages.Size;
        if (Smallest(bytes) is var (region, start))
        {
            if (region.IsIdle) _idle -= region.Bytes;
            region.Idle.Remove(start, out nuint size);
            if (size > bytes) region.Idle.Add(start + (nint)bytes, size - bytes);
        }
        else
        {
            // Rather than hold what nobody wants beside it.
            Evict(bytes);
            try
            {
                start = (nint)LargePages.FromSystem(bytes);
            }
            catch (OutOfMemoryException) when (_idle > 0)
            {
                Evict(_most);
                start = (nint)LargePages.FromSystem(bytes);
            }
            _regions.Add(region = new Region(start, bytes));
        }
        region.Taken.Add(start, bytes);
        return (void*)start;
    }

    /// <summary>Takes back what <see cref="Take"/> gave; false for any other memory.</summary>
    public bool TryReturn(void* memory)
    {
        nint start = (nint)memory;
        int at = _regions.FindLastIndex(region => region.Taken.ContainsKey(start));
        if (at < 0) return false;
        var region = _regions[at];
        region.Taken.Remove(start, out nuint bytes);
        if (region.IsIdle && region.Bytes > _most)
        {
            // Nothing that is kept need go for it.
            _regions.RemoveAt(at);
            NativeMemory.AlignedFree(region.Start);
            return true;
        }
        if (region.Idle.Remove(start + (nint)bytes, out nuint after)) bytes += after;
        foreach (var (before, size) in region.Idle)
        {
            if (before + (nint)size != start) continue;
            region.Idle.Remove(before);
            (start, bytes) = (before, bytes + size);
            break;
        }
        region.Idle.Add(start, bytes);
        if (region.IsIdle) _idle += region.Bytes;
        _regions.RemoveAt(at);
        _regions.Add(region);
        Evict(0);
        return true;
    }

    // The smallest idle part that is large enough. A small block does not break a whole one that is many times as
    // large, which nothing else could serve then.
    (Region Region, nint Start)? Smallest(nuint bytes)
    {
        (Region Region, nint Start)? best = null;
        nuint least = nuint.MaxValue;
        foreach (var region in _regions)
        {
            foreach (var (start, size) in region.Idle)
            {
                if (size < bytes || size >= least || (region.IsIdle && size / 4 > bytes)) continue;
                (best, least) = ((region, start), size);
            }
        }
        return best;
    }

    // What has lain idle longest goes, until there is room for so much more.
    void Evict(nuint bytes)
    {
        for (int at = 0; at < _regions.Count && _idle + bytes > _most;)
        {
            var region = _regions[at];
            if (!region.IsIdle)
            {
                at++;
                continue;
            }
            _regions.RemoveAt(at);
            _idle -= region.Bytes;
            NativeMemory.AlignedFree(region.Start);
        }
    }
}
