using System.Runtime.InteropServices;

namespace Harness.Tests.Kernels;

/// <summary>Elements whose last one ends where an unreadable page begins, so that one element too far is a crash.</summary>
sealed unsafe class GuardedMemory<E> : IDisposable where E : unmanaged
{
    const int NoAccess = 0, ReadWrite = 3;

    readonly byte* _base;
    readonly nuint _bytes;

    public GuardedMemory(long length)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint wanted = (nuint)(length * sizeof(E));
        nuint body = (wanted + page - 1) / page * page;
        _bytes = body + page;
        if (OperatingSystem.IsWindows())
        {
            _base = (byte*)Windows.VirtualAlloc(null, _bytes, 0x3000, 4);
            if (_base == null || !Windows.VirtualProtect(_base + body, page, 1, out _))
                throw new InvalidOperationException("no guard page");
        }
        else
        {
            int flags = OperatingSystem.IsMacOS() ? 0x1002 : 0x22;
            _base = (byte*)Unix.Mmap(null, _bytes, ReadWrite, flags, -1, 0);
            if ((nint)_base == -1 || Unix.Mprotect(_base + body, page, NoAccess) != 0)
                throw new InvalidOperationException("no guard page");
        }
        Pointer = (E*)(_base + body - wanted);
        Length = (int)length;
    }

    public GuardedMemory(ReadOnlySpan<E> values) : this(values.Length) => values.CopyTo(Span);

    public E* Pointer { get; }

    public int Length { get; }

    public Span<E> Span => new(Pointer, Length);

    public void Dispose()
    {
        if (OperatingSystem.IsWindows()) Windows.VirtualFree(_base, 0, 0x8000);
        else _ = Unix.Munmap(_base, _bytes);
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
