using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Reductions in one fixed order of operations.</summary>
/// <remarks>
/// <para>Inner &gt; 1: each result takes its elements one after another, in index order; every 32 elements
/// (<see cref="ReduceShape.Block"/>) a block ends and joins the total. Registers hold neighbouring results.</para>
/// <para>Inner = 1 with unit stride: sixteen virtual lanes, element i joining lane i mod 16, every 4096 elements a
/// block ends; then the lanes' totals join by the tree (l, l+8), (l, l+4), (l, l+2), (l, l+1). Every width computes
/// exactly these sixteen lanes. Other strides with inner = 1 run as the first case.</para>
/// <para>Error of a sum: at most (block + n/block) or (256 + n/4096 + 4) ulp of Σ|x|, in practice a few.</para>
/// </remarks>
static unsafe class Reduce
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const int VirtualLanes = 16;
    const int Block = 256;

    /// <summary>Reduces the outer range [first, last).</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="shape">What to reduce.</param>
    /// <param name="first">First outer index.</param>
    /// <param name="last">Outer index after the last.</param>
    /// <param name="source">Element 0 of reduction 0.</param>
    /// <param name="destination">Result 0 of reduction 0.</param>
    /// <param name="scale">Every result is divided by this: 1, or the count for a mean.</param>
    /// <param name="centre">For <see cref="DeviationReduction"/>: one centre a result, strided as the results; or
    /// null.</param>
    [MethodImpl(Hot)]
    public static void Run<TOp, E>(
        LaneWidth lanes, in ReduceShape shape, int first, int last, E* source, E* destination, E scale,
        E* centre = null)
        where TOp : struct, IReduction
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        source += first * shape.OuterStride;
        destination += first * shape.DestinationStride;
        if (centre != null) centre += first * shape.DestinationStride;
        switch (lanes)
        {
            case LaneWidth.Sixteen:
                All<TOp, Lanes512<E>, E>(shape, last - first, source, destination, centre, scale);
                break;
            case LaneWidth.Eight:
                All<TOp, Lanes256<E>, E>(shape, last - first, source, destination, centre, scale);
                break;
            case LaneWidth.Four:
                All<TOp, Lanes128<E>, E>(shape, last - first, source, destination, centre, scale);
                break;
            default: All<TOp, Lanes1<E>, E>(shape, last - first, source, destination, centre, scale); break;
        }
    }

    [MethodImpl(Hot)]
    static void All<TOp, L, E>(in ReduceShape shape, int outers, E* x, E* y, E* centre, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool contiguous = shape.Inner == 1 && shape.Stride == 1 && shape.Rows == 1;
        int done = contiguous || centre != null ? 0 : Fours<TOp, L, E>(shape, outers, x, y, scale);
        int registers = shape.Inner / L.Width;
        for (int outer = 0; outer < outers; outer++)
        {
            E* from = x + (outer * shape.OuterStride), to = y + (outer * shape.DestinationStride);
            E* about = centre == null ? null : centre + (outer * shape.DestinationStride);
            if (contiguous)
            {
                E total = Contiguous<TOp, L, E>(from, shape.Length, about == null ? E.Zero : *about);
                *to = scale != E.One ? total / scale : total;
                continue;
            }
            for (int c = Math.Clamp(done - (outer * registers), 0, registers) * L.Width; c < shape.Inner; c += L.Width)
            {
                int count = Math.Min(L.Width, shape.Inner - c);
                var deviation = about == null ? L.Zero : L.LoadPartial(about + c, count);
                var total = Columns<TOp, L, E>(shape, from + c, deviation, count);
                L.StorePartial(scale != E.One ? total / L.Splat(scale) : total, to + c, count);
            }
        }
    }

    // Four registers of results at a time, neighbouring channels or neighbouring reductions: one alone waits for each
    // of its additions. How many were done, counted reduction by reduction.
    [MethodImpl(Hot)]
    static int Fours<TOp, L, E>(in ReduceShape shape, int outers, E* x, E* y, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int registers = shape.Inner / L.Width;
        int fours = (int)Math.Min((long)outers * registers, int.MaxValue) / 4;
        E** from = stackalloc E*[4];
        E** to = stackalloc E*[4];
        (int outer, int register) = (0, 0);
        for (int four = 0; four < fours; four++)
        {
            for (int i = 0; i < 4; i++)
            {
                from[i] = x + (outer * shape.OuterStride) + (register * L.Width);
                to[i] = y + (outer * shape.DestinationStride) + (register * L.Width);
                if (++register < registers) continue;
                register = 0;
                outer++;
            }
            Columns4<TOp, L, E>(shape, from, to, scale);
        }
        return fours * 4;
    }

    [MethodImpl(Hot)]
    static void Columns4<TOp, L, E>(in ReduceShape shape, E** from, E** to, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var none = TOp.Identity<L, E>();
        L t0 = none, t1 = none, t2 = none, t3 = none, b0 = none, b1 = none, b2 = none, b3 = none;
        int left = shape.Block;
        nint stride = shape.Stride;
        // The others lie at fixed distances from the first.
        nint to1 = (nint)(from[1] - from[0]), to2 = (nint)(from[2] - from[0]), to3 = (nint)(from[3] - from[0]);
        for (int row = 0; row < shape.Rows; row++)
        {
            E* p = from[0] + (row * shape.RowStride);
            int i = 0;
            while (i < shape.Length)
            {
                int end = Math.Min(shape.Length, i + left);
                left -= end - i;
                for (; i < end; i++, p += stride)
                {
                    b0 = TOp.Step<L, E>(b0, L.Load(p), L.Zero);
                    b1 = TOp.Step<L, E>(b1, L.Load(p + to1), L.Zero);
                    b2 = TOp.Step<L, E>(b2, L.Load(p + to2), L.Zero);
                    b3 = TOp.Step<L, E>(b3, L.Load(p + to3), L.Zero);
                }
                if (left > 0) continue;
                (t0, t1) = (TOp.Combine<L, E>(t0, b0), TOp.Combine<L, E>(t1, b1));
                (t2, t3) = (TOp.Combine<L, E>(t2, b2), TOp.Combine<L, E>(t3, b3));
                (b0, b1, b2, b3) = (none, none, none, none);
                left = shape.Block;
            }
        }
        if (left != shape.Block)
        {
            (t0, t1) = (TOp.Combine<L, E>(t0, b0), TOp.Combine<L, E>(t1, b1));
            (t2, t3) = (TOp.Combine<L, E>(t2, b2), TOp.Combine<L, E>(t3, b3));
        }
        if (scale != E.One)
        {
            var divisor = L.Splat(scale);
            (t0, t1, t2, t3) = (t0 / divisor, t1 / divisor, t2 / divisor, t3 / divisor);
        }
        L.Store(t0, to[0]);
        L.Store(t1, to[1]);
        L.Store(t2, to[2]);
        L.Store(t3, to[3]);
    }

    [MethodImpl(Hot)]
    static L Columns<TOp, L, E>(in ReduceShape shape, E* x, L centre, int count)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var total = TOp.Identity<L, E>();
        var block = TOp.Identity<L, E>();
        int left = shape.Block;
        nint stride = shape.Stride;
        for (int row = 0; row < shape.Rows; row++)
        {
            E* p = x + (row * shape.RowStride);
            int i = 0;
            while (i < shape.Length)
            {
                int end = Math.Min(shape.Length, i + left);
                left -= end - i;
                if (count == L.Width)
                {
                    for (; i < end; i++, p += stride) block = TOp.Step<L, E>(block, L.Load(p), centre);
                }
                else
                {
                    for (; i < end; i++, p += stride) block = TOp.Step<L, E>(block, L.LoadPartial(p, count), centre);
                }
                if (left > 0) continue;
                total = TOp.Combine<L, E>(total, block);
                block = TOp.Identity<L, E>();
                left = shape.Block;
            }
        }
        return left == shape.Block ? total : TOp.Combine<L, E>(total, block);
    }

    /// <summary>One contiguous run, by sixteen virtual lanes and the fixed tree.</summary>
    [MethodImpl(Hot)]
    internal static E Contiguous<TOp, L, E>(E* x, int length, E centre)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* block = stackalloc E[VirtualLanes];
        E* total = stackalloc E[VirtualLanes];
        for (int lane = 0; lane < VirtualLanes; lane += L.Width) L.Store(TOp.Identity<L, E>(), total + lane);
        for (int start = 0; start < length; start += Block * VirtualLanes)
        {
            Lanes<TOp, L, E>(x + start, Math.Min(Block * VirtualLanes, length - start), centre, block);
            for (int lane = 0; lane < VirtualLanes; lane += L.Width)
                L.Store(TOp.Combine<L, E>(L.Load(total + lane), L.Load(block + lane)), total + lane);
        }
        for (int half = VirtualLanes / 2; half >= 1; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                var joined = TOp.Combine<Lanes1<E>, E>(
                    Lanes1<E>.Load(total + lane), Lanes1<E>.Load(total + lane + half));
                Lanes1<E>.Store(joined, total + lane);
            }
        }
        return *total;
    }

    // At most 4096 elements into sixteen lanes. A lane that gets no element in the tail keeps its value: the tail's
    // missing elements never enter a Step.
    [MethodImpl(Hot)]
    static void Lanes<TOp, L, E>(E* x, int length, E centre, E* lanes)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int full = length - (length % VirtualLanes);
        var from = L.Splat(centre);
        for (int lane = 0; lane < VirtualLanes; lane += L.Width)
        {
            var accumulator = TOp.Identity<L, E>();
            for (int i = lane; i < full; i += VirtualLanes)
                accumulator = TOp.Step<L, E>(accumulator, L.Load(x + i), from);
            L.Store(accumulator, lanes + lane);
        }
        for (int i = full; i < length; i++)
        {
            var joined = TOp.Step<Lanes1<E>, E>(
                Lanes1<E>.Load(lanes + (i - full)), Lanes1<E>.Load(x + i), Lanes1<E>.Splat(centre));
            Lanes1<E>.Store(joined, lanes + (i - full));
        }
    }
}
