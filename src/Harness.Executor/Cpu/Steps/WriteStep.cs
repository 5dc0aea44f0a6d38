using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A value with elements written, or added, at places that integers say, one after another in PyTorch's order:
/// what is written last stays.</summary>
/// <param name="output">The result.</param>
/// <param name="x">The value, which has its shape.</param>
/// <param name="places">Where in the result.</param>
/// <param name="first">Elements from the result's first to the first place.</param>
/// <param name="source">What is written; null for <paramref name="number"/>.</param>
/// <param name="strides">Its strides along the axes that are walked.</param>
/// <param name="number">What is written where it is a number.</param>
/// <param name="factor">What it is added times; null where it is written.</param>
/// <param name="multiplies">True where what is there is multiplied with it.</param>
sealed unsafe class WriteStep<T>(
    ValueBuffer output, ValueBuffer x, Places places, nint first, ValueBuffer? source, nint[] strides, T number,
    T? factor, bool multiplies) : Step where T : unmanaged, INumber<T>
{
    readonly Block _whole = Block.Whole(output, 0, x);

    /// <summary>One: places may come twice.</summary>
    public override long Pieces => 1;

    /// <inheritdoc/>
    public override StepCost Cost => new("write", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long begin, long end)
    {
        T* to = frame.At<T>(output), from = source is null ? null : frame.At<T>(source);
        Map.CopyPlain(_whole.Over, 0, _whole.Over.Pieces, to, frame.At<T>(x));
        to += first;
        int outer = Math.Max(0, strides.Length - 1);
        nint step = strides.Length == 0 ? 0 : strides[^1], own = places.Stride;
        Span<long> at = stackalloc long[outer];
        for (long row = 0; row < places.Rows; row++)
        {
            places.Split(row, at);
            nint offset = 0;
            for (int axis = 0; axis < outer; axis++) offset += (nint)at[axis] * strides[axis];
            T* target = to + places.Start(frame, at);
            for (int i = 0; i < places.Length; i++)
            {
                T value = from == null ? number : from[offset + (i * step)];
                T* place = target + (i * own) + (places.VariesInRow ? places.Moved(frame, at, i) : 0);
                *place = factor is { } times ? *place + (times * value) : multiplies ? *place * value : value;
            }
        }
    }
}
