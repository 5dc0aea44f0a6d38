using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu;

/// <summary>Constants of a step at an address that does not change: per-channel vectors, packed weights. Managed memory, so
/// nobody frees it.</summary>
sealed unsafe class PinnedArray<E> where E : unmanaged
{
    readonly E[] _elements;

    /// <summary>A pinned copy.</summary>
    public PinnedArray(ReadOnlySpan<E> elements)
    {
        // At least one element, so that an address exists.
        _elements = GC.AllocateArray<E>(Math.Max(1, elements.Length), pinned: true);
        elements.CopyTo(_elements);
    }

    /// <summary>Bytes held.</summary>
    public long Bytes => (long)_elements.Length * sizeof(E);

    /// <summary>The first element's address; valid while this object is reachable.</summary>
    public E* Address => (E*)Unsafe.AsPointer(ref _elements[0]);
}
