using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Kernels;

/// <summary>A reduction: how an element joins an accumulator and how two accumulators join.</summary>
interface IReduction
{
    /// <summary>The value of an empty reduction.</summary>
    static abstract L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>An accumulator with one more element.</summary>
    static abstract L Step<L, E>(L accumulator, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>Two accumulators as one.</summary>
    static abstract L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary>What is reduced: <c>outer</c> results rows of <c>inner</c> contiguous elements, each from
/// <c>rows × length</c> source rows. Strides are elements.</summary>
/// <param name="Outer">Independent reductions.</param>
/// <param name="Rows">Outer part of the reduced axes: 1 for one axis; image rows for a halo'd image.</param>
/// <param name="Length">Inner part of the reduced axes.</param>
/// <param name="Inner">Contiguous elements beside each other that are reduced separately: channels. 1 when the reduced
/// axis is itself the contiguous one.</param>
/// <param name="OuterStride">From one reduction's source to the next.</param>
/// <param name="RowStride">From one reduced row to the next.</param>
/// <param name="Stride">From one reduced element to the next.</param>
/// <param name="DestinationStride">From one reduction's result to the next; results' <c>inner</c> elements are
/// contiguous.</param>
readonly record struct ReduceShape(
    int Outer, int Rows, int Length, int Inner, nint OuterStride, nint RowStride, nint Stride, nint DestinationStride)
{
    /// <summary>The last axis of a contiguous value: <c>(outer, length)</c> to <c>(outer)</c>.</summary>
    public static ReduceShape LastAxis(int outer, int length) => new(outer, 1, length, 1, length, 0, 1, 1);

    /// <summary>A middle axis of a contiguous value: <c>(outer, length, inner)</c> to <c>(outer, inner)</c>.</summary>
    public static ReduceShape MiddleAxis(int outer, int length, int inner) => inner == 1
        ? LastAxis(outer, length)
        : new(outer, 1, length, inner, (nint)length * inner, 0, inner, inner);

    /// <summary>Height and width of an image: <c>(n, h, w, c)</c> to <c>(n, c)</c>. The source pointer is the whole
    /// buffer's plus <see cref="BufferLayout.Origin"/>.</summary>
    public static ReduceShape Spatial(in BufferLayout x) =>
        new(x.N, x.H, x.W, x.C, x.ImageStride, x.RowStride, x.PixelStride, x.C);

    /// <summary>Elements that join in each result.</summary>
    public long Count => (long)Rows * Length;
}

/// <summary>Reductions in one fixed order of operations.</summary>
/// <remarks>
/// <para>Inner &gt; 1: each result takes its elements one after another, in index order; every 256 elements a block ends
/// and joins the total. Registers hold neighbouring results.</para>
/// <para>Inner = 1 with unit stride: sixteen virtual lanes, element i joining lane i mod 16, every 4096 elements a block
/// ends; then the lanes' totals join by the tree (l, l+8), (l, l+4), (l, l+2), (l, l+1). Every width computes exactly
/// these sixteen lanes. Other strides with inner = 1 run as the first case.</para>
/// <para>Error of a sum: at most (256 + n/256) ulp of Σ|x|, in practice a few.</para>
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
    [MethodImpl(Hot)]
    public static void Run<TOp, E>(
        LaneWidth lanes, in ReduceShape shape, int first, int last, E* source, E* destination, E scale)
        where TOp : struct, IReduction
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int outer = first; outer < last; outer++)
        {
            E* x = source + (outer * shape.OuterStride);
            E* y = destination + (outer * shape.DestinationStride);
            switch (lanes)
            {
                case LaneWidth.Sixteen: One<TOp, Lanes512<E>, E>(shape, x, y, scale); break;
                case LaneWidth.Eight: One<TOp, Lanes256<E>, E>(shape, x, y, scale); break;
                case LaneWidth.Four: One<TOp, Lanes128<E>, E>(shape, x, y, scale); break;
                default: One<TOp, Lanes1<E>, E>(shape, x, y, scale); break;
            }
        }
    }

    [MethodImpl(Hot)]
    static void One<TOp, L, E>(in ReduceShape shape, E* x, E* y, E scale)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool divide = scale != E.One;
        if (shape.Inner == 1 && shape.Stride == 1 && shape.Rows == 1)
        {
            E total = Contiguous<TOp, L, E>(x, shape.Length);
            *y = divide ? total / scale : total;
            return;
        }
        int c = 0;
        for (; c <= shape.Inner - L.Width; c += L.Width)
        {
            var total = Columns<TOp, L, E>(shape, x + c, L.Width);
            L.Store(divide ? total / L.Splat(scale) : total, y + c);
        }
        if (c < shape.Inner)
        {
            int count = shape.Inner - c;
            var total = Columns<TOp, L, E>(shape, x + c, count);
            L.StorePartial(divide ? total / L.Splat(scale) : total, y + c, count);
        }
    }

    [MethodImpl(Hot)]
    static L Columns<TOp, L, E>(in ReduceShape shape, E* x, int count)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var total = TOp.Identity<L, E>();
        var block = TOp.Identity<L, E>();
        int left = Block;
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
                    for (; i < end; i++, p += stride) block = TOp.Step<L, E>(block, L.Load(p));
                }
                else
                {
                    for (; i < end; i++, p += stride) block = TOp.Step<L, E>(block, L.LoadPartial(p, count));
                }
                if (left > 0) continue;
                total = TOp.Combine<L, E>(total, block);
                block = TOp.Identity<L, E>();
                left = Block;
            }
        }
        return left == Block ? total : TOp.Combine<L, E>(total, block);
    }

    /// <summary>One contiguous run, by sixteen virtual lanes and the fixed tree.</summary>
    [MethodImpl(Hot)]
    internal static E Contiguous<TOp, L, E>(E* x, int length)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* block = stackalloc E[VirtualLanes];
        E* total = stackalloc E[VirtualLanes];
        for (int lane = 0; lane < VirtualLanes; lane += L.Width) L.Store(TOp.Identity<L, E>(), total + lane);
        for (int start = 0; start < length; start += Block * VirtualLanes)
        {
            Lanes<TOp, L, E>(x + start, Math.Min(Block * VirtualLanes, length - start), block);
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
    static void Lanes<TOp, L, E>(E* x, int length, E* lanes)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int full = length - (length % VirtualLanes);
        for (int lane = 0; lane < VirtualLanes; lane += L.Width)
        {
            var accumulator = TOp.Identity<L, E>();
            for (int i = lane; i < full; i += VirtualLanes) accumulator = TOp.Step<L, E>(accumulator, L.Load(x + i));
            L.Store(accumulator, lanes + lane);
        }
        for (int i = full; i < length; i++)
        {
            var joined = TOp.Step<Lanes1<E>, E>(Lanes1<E>.Load(lanes + (i - full)), Lanes1<E>.Load(x + i));
            Lanes1<E>.Store(joined, lanes + (i - full));
        }
    }
}

/// <summary>Σx.</summary>
readonly struct SumReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator + x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>Πx.</summary>
readonly struct ProductReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left * right;
}

/// <summary>The largest; NaN when any is NaN.</summary>
readonly struct MaxReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(double.NegativeInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(left, right);
}

/// <summary>The smallest; NaN when any is NaN.</summary>
readonly struct MinReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(left, right);
}
