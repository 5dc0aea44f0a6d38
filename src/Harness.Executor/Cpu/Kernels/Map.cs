using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Element-wise kernels: an operator struct applied over a <see cref="Traversal"/>.</summary>
/// <remarks>Each element depends on its own sources alone, so width, pieces and threads cannot change a bit. The
/// destination may be a source with the same strides. Rows of unit stride run on full registers and one partial
/// register; other strides fill registers element by element, and a stride of 0 repeats one element.</remarks>
static unsafe class Map
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary><c>destination = f(x)</c> over the pieces [first, last) of a traversal with two operands.</summary>
    [MethodImpl(Hot)]
    public static void Unary<TOp, E>(
        LaneWidth lanes, Traversal over, long first, long last, E* destination, E* x, in Scalars<E> scalars)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        while (first < last)
        {
            var rows = over.Group(first, last);
            switch (lanes)
            {
                case LaneWidth.Sixteen: UnaryRows<TOp, Lanes512<E>, E>(rows, destination, x, scalars); break;
                case LaneWidth.Eight: UnaryRows<TOp, Lanes256<E>, E>(rows, destination, x, scalars); break;
                case LaneWidth.Four: UnaryRows<TOp, Lanes128<E>, E>(rows, destination, x, scalars); break;
                default: UnaryRows<TOp, Lanes1<E>, E>(rows, destination, x, scalars); break;
            }
            first += rows.Pieces;
        }
    }

    /// <summary><c>destination = f(x, y)</c> over the pieces [first, last) of a traversal with three
    /// operands.</summary>
    [MethodImpl(Hot)]
    public static void Binary<TOp, E>(
        LaneWidth lanes, Traversal over, long first, long last, E* destination, E* x, E* y, in Scalars<E> scalars)
        where TOp : struct, IBinary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        while (first < last)
        {
            var rows = over.Group(first, last);
            switch (lanes)
            {
                case LaneWidth.Sixteen: BinaryRows<TOp, Lanes512<E>, E>(rows, destination, x, y, scalars); break;
                case LaneWidth.Eight: BinaryRows<TOp, Lanes256<E>, E>(rows, destination, x, y, scalars); break;
                case LaneWidth.Four: BinaryRows<TOp, Lanes128<E>, E>(rows, destination, x, y, scalars); break;
                default: BinaryRows<TOp, Lanes1<E>, E>(rows, destination, x, y, scalars); break;
            }
            first += rows.Pieces;
        }
    }

    /// <summary>Copies strided elements: <see cref="Unary"/> with nothing to compute. Permutes, slices, repeats and
    /// concatenates.</summary>
    [MethodImpl(Hot)]
    public static void Copy<E>(LaneWidth lanes, Traversal over, long first, long last, E* destination, E* source)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        while (first < last)
        {
            var rows = over.Group(first, last);
            // Where the source is contiguous across the rows, these are read side by side.
            if (rows.Rows > 1 && rows.RowStride[1] == 1 && rows.Stride[1] != 1)
            {
                E* to = destination + rows.Offset[0], from = source + rows.Offset[1];
                for (int repeat = 0; repeat < rows.Repeats; repeat++)
                {
                    Interleave.Copy(to, rows.RowStride[0], rows.Stride[0], from, rows.Stride[1], rows.Rows,
                        rows.Length);
                    to += rows.RepeatStride[0];
                    from += rows.RepeatStride[1];
                }
                first += (long)rows.Pieces * rows.Repeats;
                continue;
            }
            Unary<Identity, E>(lanes, over, first, first + rows.Pieces, destination, source, default);
            first += rows.Pieces;
        }
    }

    /// <summary>The same for elements of any size, one by one.</summary>
    [MethodImpl(Hot)]
    public static void CopyPlain<T>(Traversal over, long first, long last, T* destination, T* source)
        where T : unmanaged
    {
        while (first < last)
        {
            var rows = over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                T* to = destination + rows.Offset[0] + (row * rows.RowStride[0]);
                T* from = source + rows.Offset[1] + (row * rows.RowStride[1]);
                for (int i = 0; i < rows.Length; i++) to[i * rows.Stride[0]] = from[i * rows.Stride[1]];
            }
            first += rows.Pieces;
        }
    }

    [MethodImpl(Hot)]
    static void UnaryRows<TOp, L, E>(in Traversal.RowGroup rows, E* destination, E* x, in Scalars<E> scalars)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* scratch = stackalloc E[16];
        var a = scalars;
        int length = rows.Length;
        nint ds = rows.Stride[0], xs = rows.Stride[1];
        bool unit = ds == 1 && xs == 1;
        destination += rows.Offset[0];
        x += rows.Offset[1];
        for (int row = 0; row < rows.Rows; row++)
        {
            int i = 0;
            if (unit)
            {
                for (; i <= length - L.Width; i += L.Width) L.Store(TOp.Apply<L, E>(L.Load(x + i), a), destination + i);
            }
            for (; i < length; i += L.Width)
            {
                int count = Math.Min(L.Width, length - i);
                var fx = Fetch<L, E>(x + (i * xs), xs, count, scratch);
                Put(Apart<TOp, L, E>(fx, a), destination + (i * ds), ds, count, scratch);
            }
            destination += rows.RowStride[0];
            x += rows.RowStride[1];
        }
    }

    [MethodImpl(Hot)]
    static void BinaryRows<TOp, L, E>(in Traversal.RowGroup rows, E* destination, E* x, E* y, in Scalars<E> scalars)
        where TOp : struct, IBinary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* scratch = stackalloc E[16];
        var a = scalars;
        int length = rows.Length;
        nint ds = rows.Stride[0], xs = rows.Stride[1], ys = rows.Stride[2];
        bool unit = ds == 1 && xs == 1 && ys == 1;
        destination += rows.Offset[0];
        x += rows.Offset[1];
        y += rows.Offset[2];
        for (int row = 0; row < rows.Rows; row++)
        {
            int i = 0;
            if (unit)
            {
                for (; i <= length - L.Width; i += L.Width)
                    L.Store(TOp.Apply<L, E>(L.Load(x + i), L.Load(y + i), a), destination + i);
            }
            for (; i < length; i += L.Width)
            {
                int count = Math.Min(L.Width, length - i);
                var fx = Fetch<L, E>(x + (i * xs), xs, count, scratch);
                var fy = Fetch<L, E>(y + (i * ys), ys, count, scratch);
                Put(Apart<TOp, L, E>(fx, fy, a), destination + (i * ds), ds, count, scratch);
            }
            destination += rows.RowStride[0];
            x += rows.RowStride[1];
            y += rows.RowStride[2];
        }
    }

    [MethodImpl(Inline)]
    internal static L Fetch<L, E>(E* source, nint stride, int count, E* scratch)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (stride == 0) return L.Splat(*source);
        if (stride == 1) return count == L.Width ? L.Load(source) : L.LoadPartial(source, count);
        for (int lane = 0; lane < count; lane++) scratch[lane] = source[lane * stride];
        return L.Load(scratch);
    }

    [MethodImpl(Inline)]
    internal static void Put<L, E>(L value, E* destination, nint stride, int count, E* scratch)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (stride == 1 && count == L.Width)
        {
            L.Store(value, destination);
        }
        else if (stride == 1)
        {
            L.StorePartial(value, destination, count);
        }
        else
        {
            L.Store(value, scratch);
            for (int lane = 0; lane < count; lane++) destination[lane * stride] = scratch[lane];
        }
    }

    // An operator called, not inlined: a kernel has one inlined copy of it, in its hottest loop, because more would
    // exceed the inliner's budget, and the rest would run as unoptimized first-tier code.
    [MethodImpl(Hot)]
    internal static L Apart<TOp, L, E>(L x, in Scalars<E> a)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => TOp.Apply<L, E>(x, a);

    [MethodImpl(Hot)]
    internal static L Apart<TOp, L, E>(L x, L y, in Scalars<E> a)
        where TOp : struct, IBinary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => TOp.Apply<L, E>(x, y, a);

    /// <summary>f(x) = x, bit for bit.</summary>
    internal readonly struct Identity : IUnary
    {
        public static bool Short => true;

        public static Bounds<E>? BoundsOf<E>(in Scalars<E> a)
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => new Bounds<E>();

        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x;
    }
}
