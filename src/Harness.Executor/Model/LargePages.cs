using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>Asks Linux for pages of 2 MiB, where it gives them to those who ask: kernels stream weights, and look up a
/// page for every 4 KiB otherwise. Elsewhere memory stays as it is.</summary>
static unsafe partial class LargePages
{
    /// <summary>Bytes of such a page.</summary>
    const int Size = 2 << 20;

    const int MadvHugePage = 14;

    static readonly Lock s_lock = new();
    // Of blocks that were taken or given back while memory is kept: how large each is, and which lie idle, the last
    // given back last.
    static readonly Dictionary<nint, nuint> s_sizes = [];
    static readonly List<nint> s_idle = [];
    static nuint s_idleBytes, s_most;
    static int s_keepers;

    /// <summary>Memory for <see cref="Free"/>, of such pages where it fills one. What is in it is anything.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="alignment">Of what is smaller.</param>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public static void* Allocate(nuint bytes, int alignment)
    {
        if (bytes < Size) return NativeMemory.AlignedAlloc(bytes, (nuint)alignment);
        lock (s_lock)
        {
            if (Idle(bytes) is var kept and not 0) return (void*)kept;
            // Rather than hold what nobody wants beside it.
            if (s_idleBytes + bytes > s_most) Evict(s_idleBytes);
        }
        void* start = NativeMemory.AlignedAlloc(bytes, Size);
        Ask(start, bytes);
        lock (s_lock)
            if (s_keepers > 0) s_sizes[(nint)start] = bytes;
        return start;
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave; null is nothing.</summary>
    public static void Free(void* start)
    {
        lock (s_lock)
        {
            if (s_sizes.TryGetValue((nint)start, out nuint bytes))
            {
                if (bytes <= s_most)
                {
                    if (s_idleBytes + bytes > s_most) Evict(s_idleBytes + bytes - s_most);
                    s_idle.Add((nint)start);
                    s_idleBytes += bytes;
                    return;
                }
                s_sizes.Remove((nint)start);
            }
        }
        NativeMemory.AlignedFree(start);
    }

    /// <summary>From now on large blocks that are given back stay, up to so many bytes of them.</summary>
    public static void Keep(long bytes)
    {
        lock (s_lock)
        {
            s_keepers++;
            s_most = Math.Max(s_most, (nuint)bytes);
        }
    }

    /// <summary>Ends one <see cref="Keep"/>; with the last all that lies idle goes.</summary>
    public static void LetGo()
    {
        lock (s_lock)
        {
            if (--s_keepers > 0) return;
            Evict(s_idleBytes);
            s_sizes.Clear();
            s_most = 0;
        }
    }

    // The smallest idle block that is large enough, and not much larger; 0 where there is none.
    static nint Idle(nuint bytes)
    {
        int best = -1;
        for (int i = 0; i < s_idle.Count; i++)
        {
            nuint size = s_sizes[s_idle[i]];
            if (size >= bytes && size <= bytes + (bytes / 4) + Size && (best < 0 || size < s_sizes[s_idle[best]]))
                best = i;
        }
        if (best < 0) return 0;
        nint start = s_idle[best];
        s_idle.RemoveAt(best);
        s_idleBytes -= s_sizes[start];
        return start;
    }

    // Those that have lain idle longest, until so much is given back to the system.
    static void Evict(nuint bytes)
    {
        nuint left = s_idleBytes - Math.Min(bytes, s_idleBytes);
        while (s_idleBytes > left)
        {
            nint start = s_idle[0];
            s_idle.RemoveAt(0);
            s_sizes.Remove(start, out nuint size);
            s_idleBytes -= size;
            NativeMemory.AlignedFree((void*)start);
        }
    }

    // All whole pages of a range that nobody has touched yet.
    static void Ask(void* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        nint first = ((nint)memory + Size - 1) & -Size, end = (nint)((nuint)memory + bytes) & -Size;
        if (end <= first) return;
        try
        {
            // Advice: a refusal changes nothing.
            _ = Advise(first, (nuint)(end - first), MadvHugePage);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
