using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What becomes of a row of products before its softmax: <c>x · scale + mask</c>, with one rounding.</summary>
static unsafe class AttentionScores
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>A row without a mask.</summary>
    [MethodImpl(Hot)]
    public static void Scaled<E>(LaneWidth lanes, E* row, int length, E scale)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Scaled<Lanes512<E>, E>(row, length, scale); break;
            case LaneWidth.Eight: Scaled<Lanes256<E>, E>(row, length, scale); break;
            case LaneWidth.Four: Scaled<Lanes128<E>, E>(row, length, scale); break;
            default: Scaled<Lanes1<E>, E>(row, length, scale); break;
        }
    }

    /// <summary>A row to which a mask is added.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="row">The row.</param>
    /// <param name="length">Its elements.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="mask">The mask's first element.</param>
    /// <param name="stride">From one of its elements to the next; 0 where one is for all.</param>
    [MethodImpl(Hot)]
    public static void Added<E>(LaneWidth lanes, E* row, int length, E scale, E* mask, nint stride)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (stride != 1)
        {
            for (int i = 0; i < length; i++, mask += stride) row[i] = E.FusedMultiplyAdd(row[i], scale, *mask);
            return;
        }
        switch (lanes)
        {
            case LaneWidth.Sixteen: Added<Lanes512<E>, E>(row, length, scale, mask); break;
            case LaneWidth.Eight: Added<Lanes256<E>, E>(row, length, scale, mask); break;
            case LaneWidth.Four: Added<Lanes128<E>, E>(row, length, scale, mask); break;
            default: Added<Lanes1<E>, E>(row, length, scale, mask); break;
        }
    }

    /// <summary>A row of which only what a mask of Booleans shows is left: −∞ elsewhere.</summary>
    /// <param name="row">The row.</param>
    /// <param name="length">Its elements.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="mask">The mask's first element.</param>
    /// <param name="stride">From one of its elements to the next; 0 where one is for all.</param>
    [MethodImpl(Hot)]
    public static void Shown<E>(E* row, int length, E scale, bool* mask, nint stride)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int i = 0; i < length; i++, mask += stride) row[i] = *mask ? row[i] * scale : E.NegativeInfinity;
    }

    /// <summary>True when nothing of a row is left.</summary>
    [MethodImpl(Hot)]
    public static bool IsHidden<E>(E* row, int length) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // The first element that is left ends it.
        for (int i = 0; i < length; i++)
            if (!E.IsNegativeInfinity(row[i])) return false;
        return true;
    }

    [MethodImpl(Hot)]
    static void Scaled<L, E>(E* row, int length, E scale)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var factor = L.Splat(scale);
        int i = 0;
        for (; i <= length - L.Width; i += L.Width) L.Store(L.Load(row + i) * factor, row + i);
        if (i < length) L.StorePartial(L.LoadPartial(row + i, length - i) * factor, row + i, length - i);
    }

    [MethodImpl(Hot)]
    static void Added<L, E>(E* row, int length, E scale, E* mask)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var factor = L.Splat(scale);
        for (int i = 0; i < length; i += L.Width)
        {
            int count = Math.Min(L.Width, length - i);
            var sum = L.Fma(L.LoadPartial(row + i, count), factor, L.LoadPartial(mask + i, count));
            L.StorePartial(sum, row + i, count);
        }
    }
}
