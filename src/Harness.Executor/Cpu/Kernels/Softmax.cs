using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What softmax runs over. Strides are elements; the innermost axis is contiguous in both.</summary>
/// <param name="Outer">Independent groups.</param>
/// <param name="Length">Elements that sum to 1.</param>
/// <param name="Inner">Contiguous elements beside each other, each its own softmax; 1 when the axis itself is the
/// contiguous one.</param>
/// <param name="OuterStride">From one group's source to the next.</param>
/// <param name="Stride">From one source element of the axis to the next.</param>
/// <param name="DestinationOuterStride">From one group's result to the next.</param>
/// <param name="DestinationStride">From one result element of the axis to the next.</param>
readonly record struct SoftmaxShape(
    int Outer, int Length, int Inner, nint OuterStride, nint Stride, nint DestinationOuterStride,
    nint DestinationStride)
{
    /// <summary>A contiguous (outer, length, inner), source and destination alike.</summary>
    public static SoftmaxShape Contiguous(int outer, int length, int inner) =>
        new(outer, length, inner, (nint)length * inner, inner, (nint)length * inner, inner);
}

/// <summary>Softmax and log-softmax along one axis.</summary>
/// <remarks><c>e^(x − max) / Σ e^(x − max)</c>, and <c>(x − max) − ln Σ e^(x − max)</c>. Sums run in the order of
/// <see cref="Reduce"/>; a contiguous log-softmax adds its sums of 4096 one after another. A row with NaN or ∞, or of
/// −∞ only, is NaN, as in PyTorch. Source and destination may be one.
/// Error: 4 ulp of the result beside that of the sum.</remarks>
static unsafe class Softmax
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const int Block = 256;

    /// <summary>Computes the groups [first, last).</summary>
    [MethodImpl(Hot)]
    public static void Run<E>(
        LaneWidth lanes, in SoftmaxShape shape, int first, int last, E* source, E* destination, bool logarithm)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (shape.Length == 0) return;
        for (int outer = first; outer < last; outer++)
        {
            E* x = source + (outer * shape.OuterStride);
            E* y = destination + (outer * shape.DestinationOuterStride);
            switch (lanes)
            {
                case LaneWidth.Sixteen: One<Lanes512<E>, E>(shape, x, y, logarithm); break;
                case LaneWidth.Eight: One<Lanes256<E>, E>(shape, x, y, logarithm); break;
                case LaneWidth.Four: One<Lanes128<E>, E>(shape, x, y, logarithm); break;
                default: One<Lanes1<E>, E>(shape, x, y, logarithm); break;
            }
        }
    }

    [MethodImpl(Hot)]
    static void One<L, E>(in SoftmaxShape shape, E* x, E* y, bool logarithm)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (shape.Inner == 1 && shape.Stride == 1 && shape.DestinationStride == 1)
        {
            Row<L, E>(x, y, shape.Length, logarithm);
            return;
        }
        for (int c = 0; c < shape.Inner; c += L.Width)
            Columns<L, E>(shape, x + c, y + c, Math.Min(L.Width, shape.Inner - c), logarithm);
    }

    [MethodImpl(Hot)]
    static void Row<L, E>(E* x, E* y, int length, bool logarithm)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var max = L.Splat(Reduce.Contiguous<MaxReduction, L, E>(x, length, E.Zero));
        if (logarithm)
        {
            // The exponentials are summed block by block, so that x may be y.
            var log = L.Splat(LogOfSum<L, E>(x, max, length));
            for (int i = 0; i < length; i += L.Width)
            {
                int count = Math.Min(L.Width, length - i);
                L.StorePartial(L.LoadPartial(x + i, count) - max - log, y + i, count);
            }
            return;
        }
        int at = 0;
        for (; at <= length - L.Width; at += L.Width) L.Store(LaneMath.Exp<L, E>(L.Load(x + at) - max), y + at);
        if (at < length)
            L.StorePartial(LaneMath.Exp<L, E>(L.LoadPartial(x + at, length - at) - max), y + at, length - at);
        var sum = L.Splat(Reduce.Contiguous<SumReduction, L, E>(y, length, E.Zero));
        for (at = 0; at <= length - L.Width; at += L.Width) L.Store(L.Load(y + at) / sum, y + at);
        if (at < length) L.StorePartial(L.LoadPartial(y + at, length - at) / sum, y + at, length - at);
    }

    // Blocks of 4096 exponentials on the stack.
    [MethodImpl(Hot)]
    static E LogOfSum<L, E>(E* x, L max, int length)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        const int Part = 16 * Block;
        E* exponentials = stackalloc E[Math.Min(Part, length)];
        E total = E.Zero;
        for (int start = 0; start < length; start += Part)
        {
            int part = Math.Min(Part, length - start);
            for (int i = 0; i < part; i += L.Width)
            {
                int count = Math.Min(L.Width, part - i);
                L.StorePartial(LaneMath.Exp<L, E>(L.LoadPartial(x + start + i, count) - max), exponentials + i, count);
            }
            total += Reduce.Contiguous<SumReduction, L, E>(exponentials, part, E.Zero);
        }
        Lanes1<E>.Store(LaneMath.Log<Lanes1<E>, E>(Lanes1<E>.Splat(total)), &total);
        return total;
    }

    [MethodImpl(Hot)]
    static void Columns<L, E>(in SoftmaxShape shape, E* x, E* y, int count, bool logarithm)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        nint xs = shape.Stride, ys = shape.DestinationStride;
        var max = L.Of(double.NegativeInfinity);
        for (int i = 0; i < shape.Length; i++) max = L.Max(max, L.LoadPartial(x + (i * xs), count));
        L total = L.Zero, block = L.Zero;
        for (int i = 0; i < shape.Length; i++)
        {
            var shifted = L.LoadPartial(x + (i * xs), count) - max;
            var exponential = LaneMath.Exp<L, E>(shifted);
            L.StorePartial(logarithm ? shifted : exponential, y + (i * ys), count);
            block += exponential;
            if (i % Block != Block - 1) continue;
            total += block;
            block = L.Zero;
        }
        total += block;
        var log = logarithm ? LaneMath.Log<L, E>(total) : total;
        for (int i = 0; i < shape.Length; i++)
        {
            var value = L.LoadPartial(y + (i * ys), count);
            L.StorePartial(logarithm ? value - log : value / total, y + (i * ys), count);
        }
    }
}
