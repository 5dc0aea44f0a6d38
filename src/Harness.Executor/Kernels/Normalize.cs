using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Kernels;

/// <summary>A scale and shift by channel around a center: <c>y = fma(x + center[c], scale[c], shift[c])</c>.</summary>
/// <remarks>Subtracting the mean first keeps the result's error relative to the result: <c>x·scale + (bias -
/// mean·scale)</c> loses
/// the digits that x and mean share.</remarks>
static unsafe class Normalize
{
    /// <summary>Does the pixel rows [first, last) of all images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<E>(
        LaneWidth lanes, in BufferLayout output, in BufferLayout input, long first, long last,
        E* y, E* x, E* center, E* scale, E* shift)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (long at = first; at < last; at++)
        {
            int n = (int)Math.DivRem(at, output.H, out long h);
            E* to = y + output.Index(n, (int)h, 0);
            E* from = x + input.Index(n, (int)h, 0);
            switch (lanes)
            {
                case LaneWidth.Sixteen: Row<Lanes512<E>, E>(output, input, to, from, center, scale, shift); break;
                case LaneWidth.Eight: Row<Lanes256<E>, E>(output, input, to, from, center, scale, shift); break;
                case LaneWidth.Four: Row<Lanes128<E>, E>(output, input, to, from, center, scale, shift); break;
                default: Row<Lanes1<E>, E>(output, input, to, from, center, scale, shift); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Row<L, E>(in BufferLayout output, in BufferLayout input, E* y, E* x, E* center, E* scale, E* shift)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int channels = output.C;
        for (int w = 0; w < output.W; w++)
        {
            int c = 0;
            for (; c <= channels - L.Width; c += L.Width)
                L.Store(L.Fma(L.Load(x + c) + L.Load(center + c), L.Load(scale + c), L.Load(shift + c)), y + c);
            if (c < channels)
            {
                int count = channels - c;
                var sum = L.LoadPartial(x + c, count) + L.LoadPartial(center + c, count);
                L.StorePartial(L.Fma(sum, L.LoadPartial(scale + c, count), L.LoadPartial(shift + c, count)), y + c, count);
            }
            y += output.PixelStride;
            x += input.PixelStride;
        }
    }
}
