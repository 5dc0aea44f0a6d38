using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>One pixel as a weighted sum of others, wherever they lie; registers hold its channels.</summary>
/// <remarks>The sum goes from the first pixel to the last by fused multiply-adds.</remarks>
static unsafe class Blend
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary><c>y = Σ weight · pixel</c>, or <c>y + Σ weight · pixel</c>.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="x">What the offsets count from.</param>
    /// <param name="offsets">Elements from there to the first channel of each pixel.</param>
    /// <param name="weights">One a pixel.</param>
    /// <param name="channels">Channels of a pixel, side by side.</param>
    /// <param name="y">The result's first channel.</param>
    /// <param name="add">True to go on from what is there.</param>
    public static void Run<E>(
        LaneWidth lanes, E* x, ReadOnlySpan<nint> offsets, ReadOnlySpan<E> weights, int channels, E* y, bool add)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Pixel<Lanes512<E>, E>(x, offsets, weights, channels, y, add); break;
            case LaneWidth.Eight: Pixel<Lanes256<E>, E>(x, offsets, weights, channels, y, add); break;
            case LaneWidth.Four: Pixel<Lanes128<E>, E>(x, offsets, weights, channels, y, add); break;
            default: Pixel<Lanes1<E>, E>(x, offsets, weights, channels, y, add); break;
        }
    }

    [MethodImpl(Hot)]
    static void Pixel<L, E>(E* x, ReadOnlySpan<nint> offsets, ReadOnlySpan<E> weights, int channels, E* y, bool add)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int c = 0;
        for (; c <= channels - L.Width; c += L.Width)
        {
            var sum = add ? L.Load(y + c) : L.Zero;
            for (int i = 0; i < offsets.Length; i++) sum = L.FmaAt(L.Splat(weights[i]), x + offsets[i] + c, sum);
            L.Store(sum, y + c);
        }
        if (c == channels) return;
        int count = channels - c;
        var last = add ? L.LoadPartial(y + c, count) : L.Zero;
        for (int i = 0; i < offsets.Length; i++)
            last = L.Fma(L.Splat(weights[i]), L.LoadPartial(x + offsets[i] + c, count), last);
        L.StorePartial(last, y + c, count);
    }
}
