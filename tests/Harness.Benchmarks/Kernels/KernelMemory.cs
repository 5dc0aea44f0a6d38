using System.Runtime.InteropServices;

namespace Harness.Benchmarks.Kernels;

/// <summary>Buffers of one benchmark case, aligned to pages as a session's are, freed together.</summary>
sealed unsafe class KernelMemory<E> : IDisposable where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
{
    readonly List<nint> _blocks = [];
    readonly Random _random = new(1);

    /// <summary>Zeros.</summary>
    public E* Zeros(long elements)
    {
        nuint bytes = (nuint)(Math.Max(1, elements) * sizeof(E));
        void* block = NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(block, bytes);
        _blocks.Add((nint)block);
        return (E*)block;
    }

    /// <summary>Seeded values between -<paramref name="largest"/> and <paramref name="largest"/>.</summary>
    public E* Values(long elements, double largest = 0.5)
    {
        E* block = Zeros(elements);
        for (long i = 0; i < elements; i++) block[i] = E.CreateTruncating(((_random.NextDouble() * 2) - 1) * largest);
        return block;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint block in _blocks) NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
