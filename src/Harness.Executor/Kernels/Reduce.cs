using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Kernels;

/// <summary>Reductions in one fixed order of operations.</summary>
/// <remarks>
/// <para>Inner &gt; 1: each result takes its elements one after another, in index order; every 32 elements a block
/// ends
/// and joins the total. Registers hold neighbouring results.</para>
/// <para>Inner = 1 with unit stride: sixteen virtual lanes, element i joining lane i mod 16, every 4096 elements a
/// block
/// ends; then the lanes' totals join by the tree (l, l+8), (l, l+4), (l, l+2), (l, l+1). Every width computes exactly
/// these sixteen lanes. Other strides with inner = 1 run as the first case.</para>
/// <para>Error of a sum: at most (32 + n/32) or (256 + n/4096 + 4) ulp of Σ|x|, in practice a few.</para>
/// </remarks>
static unsafe class Reduce
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const int VirtualLanes = 16;
    const int Block = 256;

    // A plane of values alike rounds the same way at every addition: blocks of 256 drifted by 3e-6 of the mean, these do not.
    const int ColumnBlock = 32;

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
        for (int outer = first; outer < last; outer++)
        {
            E* x = source + (outer * shape.OuterStride);
            E* y = destination + (outer * shape.DestinationStride);
            E* from = centre == null ? null : centre + (outer * shape.DestinationStride);
            switch (lanes)
            {
                case LaneWidth.Sixteen: One<TOp, Lanes512<E>, E>(shape, x, y, from, scale); break;
                case LaneWidth.Eight: One<TOp, Lanes256<E>, E>(shape, x, y, from, scale); break;
                case LaneWidth.Four: One<TOp, Lanes128<E>, E>(shape, x, y, from, scale); break;
                default: One<TOp, Lanes1<E>, E>(shape, x, y, from, scale); break;
            }
        }
    }

    [MethodImpl(Hot)]
    static void One<TOp, L, E>(in ReduceShape shape, E* x, E* y, E* centre, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool divide = scale != E.One;
        if (shape.Inner == 1 && shape.Stride == 1 && shape.Rows == 1)
        {
            E total = Contiguous<TOp, L, E>(x, shape.Length, centre == null ? E.Zero : *centre);
            *y = divide ? total / scale : total;
            return;
        }
        int c = 0;
        for (; centre == null && c <= shape.Inner - (4 * L.Width); c += 4 * L.Width) Columns4<TOp, L, E>(shape, x + c, y + c, scale);
        for (; c <= shape.Inner - L.Width; c += L.Width)
        {
            var from = centre == null ? L.Zero : L.Load(centre + c);
            var total = Columns<TOp, L, E>(shape, x + c, from, L.Width);
            L.Store(divide ? total / L.Splat(scale) : total, y + c);
        }
        if (c < shape.Inner)
        {
            int count = shape.Inner - c;
            var from = centre == null ? L.Zero : L.LoadPartial(centre + c, count);
            var total = Columns<TOp, L, E>(shape, x + c, from, count);
            L.StorePartial(divide ? total / L.Splat(scale) : total, y + c, count);
        }
    }

    // Four registers of results at a time: one alone waits for each of its additions.
    [MethodImpl(Hot)]
    static void Columns4<TOp, L, E>(in ReduceShape shape, E* x, E* y, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var none = TOp.Identity<L, E>();
        L t0 = none, t1 = none, t2 = none, t3 = none, b0 = none, b1 = none, b2 = none, b3 = none;
        int left = ColumnBlock;
        nint stride = shape.Stride;
        for (int row = 0; row < shape.Rows; row++)
        {
            E* p = x + (row * shape.RowStride);
            int i = 0;
            while (i < shape.Length)
            {
                int end = Math.Min(shape.Length, i + left);
                left -= end - i;
                for (; i < end; i++, p += stride)
                {
                    b0 = TOp.Step<L, E>(b0, L.Load(p), L.Zero);
                    b1 = TOp.Step<L, E>(b1, L.Load(p + L.Width), L.Zero);
                    b2 = TOp.Step<L, E>(b2, L.Load(p + (2 * L.Width)), L.Zero);
                    b3 = TOp.Step<L, E>(b3, L.Load(p + (3 * L.Width)), L.Zero);
                }
                if (left > 0) continue;
                (t0, t1) = (TOp.Combine<L, E>(t0, b0), TOp.Combine<L, E>(t1, b1));
                (t2, t3) = (TOp.Combine<L, E>(t2, b2), TOp.Combine<L, E>(t3, b3));
                (b0, b1, b2, b3) = (none, none, none, none);
                left = ColumnBlock;
            }
        }
        if (left != ColumnBlock)
        {
            (t0, t1) = (TOp.Combine<L, E>(t0, b0), TOp.Combine<L, E>(t1, b1));
            (t2, t3) = (TOp.Combine<L, E>(t2, b2), TOp.Combine<L, E>(t3, b3));
        }
        if (scale != E.One)
        {
            var divisor = L.Splat(scale);
            (t0, t1, t2, t3) = (t0 / divisor, t1 / divisor, t2 / divisor, t3 / divisor);
        }
        L.Store(t0, y);
        L.Store(t1, y + L.Width);
        L.Store(t2, y + (2 * L.Width));
        L.Store(t3, y + (3 * L.Width));
    }

    [MethodImpl(Hot)]
    static L Columns<TOp, L, E>(in ReduceShape shape, E* x, L centre, int count)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var total = TOp.Identity<L, E>();
        var block = TOp.Identity<L, E>();
        int left = ColumnBlock;
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
                left = ColumnBlock;
            }
        }
        return left == ColumnBlock ? total : TOp.Combine<L, E>(total, block);
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
                var joined = TOp.Combine<Lanes1<E>, E>(Lanes1<E>.Load(total + lane), Lanes1<E>.Load(total + lane + half));
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
