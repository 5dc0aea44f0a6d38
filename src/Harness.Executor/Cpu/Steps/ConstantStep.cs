using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Elements that were known when the plan was made.</summary>
/// <param name="output">The result.</param>
/// <param name="elements">They.</param>
/// <param name="strides">Their strides along its physical axes; 0 where they repeat.</param>
sealed unsafe class ConstantStep<T>(ValueBuffer output, T[] elements, nint[] strides) : Step where T : unmanaged
{
    readonly Traversal _over = Traversal.Of(output.Physical.AsSpan(), output.Strides, strides);

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("constant", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        fixed (T* from = elements) Map.CopyPlain(_over, first, last, frame.At<T>(output), from);
    }
}
