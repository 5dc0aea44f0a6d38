using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A step whose results have halos: whoever does its first piece clears them, since the arena held something
/// else.</summary>
sealed class HaloStep<E>(Step inner, ImmutableArray<ValueBuffer> results) : Step where E : unmanaged
{
    /// <inheritdoc/>
    public override long Pieces => inner.Pieces;

    /// <inheritdoc/>
    public override nint ScratchBytes => inner.ScratchBytes;

    /// <inheritdoc/>
    public override StepCost Cost => inner.Cost;

    /// <inheritdoc/>
    public override long Grain(int workers) => inner.Grain(workers);

    /// <inheritdoc/>
    public override unsafe void Run(in Frame frame, long first, long last)
    {
        if (first == 0)
            foreach (var buffer in results) Halo.Clear(frame.Start<E>(buffer), buffer.Pixels);
        inner.Run(frame, first, last);
    }
}
