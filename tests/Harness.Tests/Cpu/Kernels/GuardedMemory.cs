using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Where elements lie between two unreadable pages.</summary>
enum Guard
{
    /// <summary>They end where the page behind them begins: one element too far is a crash.</summary>
    Behind,
    /// <summary>They begin where the page before them ends.</summary>
    Before,
}

/// <summary>Zeroed elements between unreadable pages, close to one of them.</summary>
sealed unsafe class GuardedMemory<E> : IDisposable where E : unmanaged
{
    readonly nuint _body;
    readonly byte* _first;

    public GuardedMemory(long length, Guard guard = Guard.Behind)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint wanted = (nuint)(length * sizeof(E));
        _body = (wanted + page - 1) / page * page;
        _first = GuardedPages.Rent(_body);
        Pointer = (E*)(guard == Guard.Before ? _first : _first + _body - wanted);
        Length = (int)length;
        Span.Clear();
    }

    public GuardedMemory(ReadOnlySpan<E> values, Guard guard = Guard.Behind) : this(values.Length, guard) =>
        values.CopyTo(Span);

    public E* Pointer { get; }

    public int Length { get; }

    public Span<E> Span => new(Pointer, Length);

    public void Dispose() => GuardedPages.Return(_first, _body);
}

/// <summary>Pages with an unreadable one on either side. They are kept for the next who asks: sweeps ask a million
/// times.</summary>
static unsafe class GuardedPages
{
    const int NoAccess = 0, ReadWrite = 3;
    const nuint Kept = 1024 * 1024;

    static readonly ConcurrentDictionary<nuint, ConcurrentBag<nint>> s_free = [];

    static nuint Page => (nuint)Environment.SystemPageSize;

    /// <summary>The first of <paramref name="body"/> bytes, a multiple of the page size.</summary>
    public static byte* Rent(nuint body)
    {
        if (s_free.TryGetValue(body, out var free) && free.TryTake(out nint kept)) return (byte*)kept;
        nuint bytes = body + (2 * Page);
        byte* memory;
        bool guarded;
        if (OperatingSystem.IsWindows())
        {
            memory = (byte*)Windows.VirtualAlloc(null, bytes, 0x3000, 4);
            guarded = memory != null && Windows.VirtualProtect(memory, Page, 1, out _)
                && Windows.VirtualProtect(memory + Page + body, Page, 1, out _);
        }
        else
        {
            int flags = OperatingSystem.IsMacOS() ? 0x1002 : 0x22;
            memory = (byte*)Unix.Mmap(null, bytes, ReadWrite, flags, -1, 0);
            guarded = (nint)memory != -1 && Unix.Mprotect(memory, Page, NoAccess) == 0
                && Unix.Mprotect(memory + Page + body, Page, NoAccess) == 0;
        }
        return guarded ? memory + Page : throw new InvalidOperationException("no guard pages");
    }

    /// <summary>Takes them back.</summary>
    public static void Return(byte* first, nuint body)
    {
        if (body <= Kept) s_free.GetOrAdd(body, _ => []).Add((nint)first);
        else if (OperatingSystem.IsWindows()) Windows.VirtualFree(first - Page, 0, 0x8000);
        else _ = Unix.Munmap(first - Page, body + (2 * Page));
    }
}

static unsafe partial class Unix
{
    [LibraryImport("libc", EntryPoint = "mmap")]
    public static partial void* Mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Munmap(void* address, nuint length);
}

static unsafe partial class Windows
{
    [LibraryImport("kernel32")]
    public static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool VirtualProtect(void* address, nuint size, uint protection, out uint old);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool VirtualFree(void* address, nuint size, uint type);
}
