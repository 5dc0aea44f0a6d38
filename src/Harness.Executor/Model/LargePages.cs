using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>Asks Linux for pages of 2 MiB, where it gives them to those who ask: kernels stream weights, and look up a
/// page for every 4 KiB otherwise. Elsewhere memory stays as it is.</summary>
static unsafe partial class LargePages
{
    /// <summary>Bytes of such a page.</summary>
    public const int Size = 2 << 20;

    const int MadvHugePage = 14;

    static readonly Lock s_lock = new();
    static readonly PagePool s_pool = new();
    static int s_keepers;

    /// <summary>Memory for <see cref="Free"/>, of such pages where it fills one. What is in it is anything.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="alignment">Of what is smaller.</param>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public static void* Allocate(nuint bytes, int alignment)
    {
        if (bytes < Size) return NativeMemory.AlignedAlloc(bytes, (nuint)alignment);
        lock (s_lock)
            if (s_keepers > 0) return s_pool.Take(bytes);
        return FromSystem(bytes);
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave; null is nothing.</summary>
    public static void Free(void* start)
    {
        lock (s_lock)
            if (s_pool.TryReturn(start)) return;
        NativeMemory.AlignedFree(start);
    }

    /// <summary>From now on large blocks that are given back stay, up to so many bytes of them.</summary>
    public static void Keep(long bytes)
    {
        lock (s_lock)
        {
            s_keepers++;
            s_pool.Most = Math.Max(s_pool.Most, (nuint)bytes);
        }
    }

    /// <summary>Ends one <see cref="Keep"/>; with the last all that lies idle goes.</summary>
    public static void LetGo()
    {
        lock (s_lock)
            if (--s_keepers == 0) s_pool.Most = 0;
    }

    /// <summary>Memory that nobody has had before.</summary>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public static void* FromSystem(nuint bytes)
    {
        void* start = NativeMemory.AlignedAlloc(bytes, Size);
        Ask(start, bytes);
        return start;
    }

    /// <summary>Asks for all whole pages of a range; those that somebody has touched stay as they are.</summary>
    public static void Ask(void* memory, nuint bytes)
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
