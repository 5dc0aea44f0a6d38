using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Memory for the packed weights of one plan, in few large arrays, so that large pages can hold them. Managed and pinned:
/// it is let go with the last of the weights.</summary>
/// <param name="expectedBytes">What will be taken, about.</param>
sealed unsafe class WeightMemory<E>(long expectedBytes) where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const long ChunkBytes = 64 << 20;
    const int Line = 64;

    readonly Lock _lock = new();
    readonly List<Chunk> _chunks = [];
    long _left = expectedBytes;

    sealed class Chunk(E[] elements, nint next, nint end)
    {
        public E[] Elements => elements;
        public nint Next = next;
        public nint End => end;
    }

    /// <summary>Elements at an address that is a multiple of 64 bytes, and the array that must stay reachable for it.</summary>
    public (E[] Array, nint Address) Take(long elements)
    {
        long bytes = ((elements * sizeof(E)) + Line - 1) / Line * Line;
        lock (_lock)
        {
            // What one kernel left is for smaller ones.
            var chunk = _chunks.Find(chunk => chunk.Next + bytes <= chunk.End);
            if (chunk is null) _chunks.Add(chunk = Allocate(Math.Max(bytes, Math.Min(ChunkBytes, _left))));
            nint address = chunk.Next;
            chunk.Next += (nint)bytes;
            _left -= bytes;
            return (chunk.Elements, address);
        }
    }

    static Chunk Allocate(long bytes)
    {
        var elements = GC.AllocateUninitializedArray<E>(checked((int)((bytes + Line) / sizeof(E))), pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref elements[0]), end = start + (elements.Length * sizeof(E));
        LargePages.Ask((void*)start, (nuint)(end - start));
        return new Chunk(elements, (start + Line - 1) & -Line, end);
    }
}
