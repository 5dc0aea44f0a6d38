using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Constants of a step at an address that does not change: per-channel vectors, parameters that are read as
/// ordinary values. The plan's memory holds them.</summary>
sealed unsafe class PinnedArray<E> where E : unmanaged
{
    readonly nint _address;

    /// <summary>A copy in <paramref name="memory"/>.</summary>
    public PinnedArray(WeightMemory memory, ReadOnlySpan<E> elements)
    {
        Bytes = (long)elements.Length * sizeof(E);
        _address = memory.Take(Bytes);
        elements.CopyTo(new Span<E>((void*)_address, elements.Length));
    }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; }

    /// <summary>The first element's address; valid while the plan is not disposed.</summary>
    public E* Address => (E*)_address;
}
