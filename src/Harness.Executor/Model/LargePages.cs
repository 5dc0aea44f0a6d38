using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>Asks Linux for pages of 2 MiB, where it gives them to those who ask: kernels stream weights, and look up a
/// page for every 4 KiB otherwise. Elsewhere memory stays as it is.</summary>
static unsafe partial class LargePages
{
    /// <summary>Bytes of such a page.</summary>
    const int Size = 2 << 20;

    const int MadvHugePage = 14;

    /// <summary>Memory for <see cref="NativeMemory.AlignedFree"/>, of such pages where it fills one.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="alignment">Of what is smaller.</param>
    /// <exception cref="OutOfMemoryException">There is not that much.</exception>
    public static void* Allocate(nuint bytes, int alignment)
    {
        bool large = bytes >= Size;
        void* start = NativeMemory.AlignedAlloc(bytes, (nuint)(large ? Size : alignment));
        if (large) Ask(start, bytes);
        return start;
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
