using Harness.Executor.Model;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Native memory for what a plan packs, in few large chunks, so that large pages can hold them. Freed when the
/// last of its holders lets go, or when nobody can reach it any more.</summary>
/// <param name="expectedBytes">What will be taken, about.</param>
sealed unsafe class WeightMemory(long expectedBytes) : IDisposable
{
    const long ChunkBytes = 64 << 20;
    const int Line = 64;

    readonly Lock _lock = new();
    readonly List<Chunk> _chunks = [];
    readonly HashSet<WeightMemory> _kept = [];
    long _left = expectedBytes;
    int _holders = 1;

    sealed class Chunk(nint start, nint bytes, nint next)
    {
        public nint Start => start;
        public nint Bytes => bytes;
        public nint Next = next;
    }

    /// <summary>Bytes that were taken from the system.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes at an address that is a multiple of 64; not cleared.</summary>
    /// <exception cref="ObjectDisposedException">The last holder has let go.</exception>
    public nint Take(long bytes)
    {
        bytes = (Math.Max(bytes, 1) + Line - 1) / Line * Line;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_holders == 0, this);
            // What one kernel left is for smaller ones.
            var chunk = _chunks.Find(chunk => chunk.Next + bytes <= chunk.Start + chunk.Bytes);
            if (chunk is null) _chunks.Add(chunk = Allocate(Math.Max(bytes, Math.Min(ChunkBytes, _left))));
            nint address = chunk.Next;
            chunk.Next += (nint)bytes;
            _left -= bytes;
            return address;
        }
    }

    /// <summary>One more holder.</summary>
    /// <exception cref="ObjectDisposedException">The last holder has let go.</exception>
    public void Retain()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_holders == 0, this);
            _holders++;
        }
    }

    /// <summary>Holds another memory as long as this one is held.</summary>
    /// <exception cref="ObjectDisposedException">The last holder of either has let go.</exception>
    public void Keep(WeightMemory other)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_holders == 0, this);
            if (_kept.Contains(other)) return;
            other.Retain();
            _kept.Add(other);
        }
    }

    /// <summary>One holder less; the last one frees.</summary>
    public void Release()
    {
        lock (_lock)
            if (_holders == 0 || --_holders > 0) return;
        Dispose();
    }

    /// <summary>Frees all of it, whoever holds it.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
        WeightMemory[] kept;
        lock (_lock)
        {
            kept = [.. _kept];
            _kept.Clear();
        }
        foreach (var other in kept) other.Release();
    }

    /// <summary>Frees what nobody can reach: its own, since others that it kept are found in their own turn.</summary>
    ~WeightMemory() => Free();

    void Free()
    {
        foreach (var chunk in _chunks)
        {
            LargePages.Free((void*)chunk.Start);
            GC.RemoveMemoryPressure(chunk.Bytes);
        }
        _chunks.Clear();
        Bytes = 0;
    }

    Chunk Allocate(long bytes)
    {
        nuint size = checked((nuint)bytes);
        void* start = LargePages.Allocate(size, Line);
        // A plan that nobody disposes is the collector's to find.
        GC.AddMemoryPressure(bytes);
        Bytes += bytes;
        return new Chunk((nint)start, (nint)bytes, (nint)start);
    }
}
