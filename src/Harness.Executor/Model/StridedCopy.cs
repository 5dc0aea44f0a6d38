using System.Runtime.CompilerServices;

namespace Harness.Executor.Model;

/// <summary>Copies a value into another order of axes.</summary>
/// <remarks>Axes that lie one within the other on both sides are one axis. Where source and destination are contiguous
/// along different axes, those two are copied in square tiles through a buffer: lines of the source go in, lines of the
/// destination come out, so that neither side visits a cache line twice; strides that are powers of two would throw it
/// out in between. No arithmetic: every bit pattern survives, of any element type.</remarks>
static unsafe class StridedCopy
{
    // Of the elements that are usual, a tile of 16 or 32 KB.
    const int TileSide = 64;
    const int FewLines = 8;

    /// <summary>C-order strides of a contiguous value.</summary>
    public static nint[] ContiguousStrides(ReadOnlySpan<int> extents)
    {
        var strides = new nint[extents.Length];
        nint stride = 1;
        for (int axis = extents.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= extents[axis];
        }
        return strides;
    }

    /// <summary>Copies <paramref name="extents"/> elements; strides are elements, by axis.</summary>
    /// <param name="extents">The shape, in any order of axes that both strides share.</param>
    /// <param name="destinationStrides">Of the destination.</param>
    /// <param name="sourceStrides">Of the source.</param>
    /// <param name="destination">Element (0, …, 0) of the destination.</param>
    /// <param name="source">Element (0, …, 0) of the source.</param>
    public static void Copy<T>(
        ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> sourceStrides,
        T* destination, T* source)
        where T : unmanaged
    {
        long elements = 1;
        foreach (int extent in extents) elements *= extent;
        if (elements == 0) return;
        Span<int> whole = stackalloc int[extents.Length];
        Span<nint> to = stackalloc nint[extents.Length], from = stackalloc nint[extents.Length];
        int axes = Merge(extents, destinationStrides, sourceStrides, whole, to, from);
        whole = whole[..axes];
        to = to[..axes];
        from = from[..axes];
        int longest = LongestAcross(whole, to, from);
        if (elements < Strips.Many || longest < 0) CopyAll(whole, to, from, destination, source);
        else CopyStrips(longest, whole, to, from, destination, source);
    }

    // Without axes of one element, outermost of the destination first; neighbours that one stride walks on both sides
    // become one. Returns how many are left.
    static int Merge(
        ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> sourceStrides,
        Span<int> whole, Span<nint> to, Span<nint> from)
    {
        int axes = 0;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 1) continue;
            int at = axes++;
            for (; at > 0 && Math.Abs(to[at - 1]) < Math.Abs(destinationStrides[axis]); at--)
                (whole[at], to[at], from[at]) = (whole[at - 1], to[at - 1], from[at - 1]);
            (whole[at], to[at], from[at]) = (extents[axis], destinationStrides[axis], sourceStrides[axis]);
        }
        int last = 0;
        for (int axis = 1; axis < axes; axis++)
        {
            if (to[last] == to[axis] * whole[axis] && from[last] == from[axis] * whole[axis]
                && (long)whole[last] * whole[axis] <= int.MaxValue) whole[axis] *= whole[last];
            else last++;
            (whole[last], to[last], from[last]) = (whole[axis], to[axis], from[axis]);
        }
        return axes == 0 ? 0 : last + 1;
    }

    static void CopyStrips<T>(
        int longest, ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides,
        ReadOnlySpan<nint> sourceStrides, T* destination, T* source)
        where T : unmanaged
    {
        int length = extents[longest], strips = (length + TileSide - 1) / TileSide;
        int[] whole = [.. extents];
        nint[] to = [.. destinationStrides], from = [.. sourceStrides];
        Strips.For(strips, Environment.ProcessorCount, strip =>
        {
            int[] part = [.. whole];
            int first = strip * TileSide;
            part[longest] = Math.Min(TileSide, length - first);
            CopyAll<T>(part, to, from, destination + (first * to[longest]), source + (first * from[longest]));
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CopyAll<T>(
        ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> sourceStrides,
        T* destination, T* source)
        where T : unmanaged
    {
        int to = Contiguous(extents, destinationStrides);
        int from = Contiguous(extents, sourceStrides);
        if (extents.Length == 0)
        {
            *destination = *source;
            return;
        }
        Span<int> index = stackalloc int[extents.Length];
        while (true)
        {
            T* d = destination;
            T* s = source;
            for (int axis = 0; axis < extents.Length; axis++)
            {
                d += index[axis] * destinationStrides[axis];
                s += index[axis] * sourceStrides[axis];
            }
            if (to == from)
            {
                Line(d, destinationStrides[to], s, sourceStrides[to], extents[to]);
            }
            else
            {
                Plane(d, destinationStrides[to], destinationStrides[from], s, sourceStrides[to], sourceStrides[from],
                    extents[to], extents[from]);
            }
            if (!Next(index, extents, to, from)) return;
        }
    }

    /// <summary>The same between spans; the source starts at <paramref name="origin"/>, since strides may be
    /// negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An element would lie outside a span.</exception>
    public static void Copy<T>(
        ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> sourceStrides,
        Span<T> destination, ReadOnlySpan<T> source, nint origin)
        where T : unmanaged
    {
        Inside(extents, destinationStrides, 0, destination.Length);
        Inside(extents, sourceStrides, origin, source.Length);
        fixed (T* to = destination, from = source) Copy(extents, destinationStrides, sourceStrides, to, from + origin);
    }

    static void Inside(ReadOnlySpan<int> extents, ReadOnlySpan<nint> strides, nint origin, int length)
    {
        nint low = origin, high = origin;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 0) return;
            nint reach = (extents[axis] - 1) * strides[axis];
            if (reach < 0) low += reach;
            else high += reach;
        }
        if (low < 0 || high >= length)
            throw new ArgumentOutOfRangeException(nameof(strides), $"[{low}, {high}] of {length} elements");
    }

    // The longest axis, but for one along which whole lines are copied; -1 where there is no other.
    static int LongestAcross(
        ReadOnlySpan<int> extents, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> sourceStrides)
    {
        int to = Contiguous(extents, destinationStrides), longest = -1;
        int line = to == Contiguous(extents, sourceStrides) ? to : -1;
        for (int axis = 0; axis < extents.Length; axis++)
            if (axis != line && (longest < 0 || extents[axis] > extents[longest])) longest = axis;
        return longest;
    }

    // The axis of the smallest stride: the last of those that are longer than 1.
    static int Contiguous(ReadOnlySpan<int> extents, ReadOnlySpan<nint> strides)
    {
        int best = Math.Max(0, extents.Length - 1);
        for (int axis = extents.Length - 1; axis >= 0; axis--)
        {
            if (extents[axis] > 1 && (extents[best] == 1 || Math.Abs(strides[axis]) < Math.Abs(strides[best])))
                best = axis;
        }
        return best;
    }

    static bool Next(Span<int> index, ReadOnlySpan<int> extents, int skip, int alsoSkip)
    {
        for (int axis = extents.Length - 1; axis >= 0; axis--)
        {
            if (axis == skip || axis == alsoSkip) continue;
            if (++index[axis] < extents[axis]) return true;
            index[axis] = 0;
        }
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Line<T>(T* d, nint ds, T* s, nint ss, int length) where T : unmanaged
    {
        if (ds == 1 && ss == 1)
        {
            new ReadOnlySpan<T>(s, length).CopyTo(new Span<T>(d, length));
            return;
        }
        for (int i = 0; i < length; i++) d[i * ds] = s[i * ss];
    }

    // a is the destination's contiguous axis, b the source's.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Plane<T>(T* d, nint da, nint db, T* s, nint sa, nint sb, int a, int b) where T : unmanaged
    {
        // So few lines of the source stay in any cache.
        if (a <= FewLines)
        {
            for (int j = 0; j < b; j++)
                for (int i = 0; i < a; i++) d[(j * db) + (i * da)] = s[(j * sb) + (i * sa)];
            return;
        }
        T* tile = stackalloc T[TileSide * TileSide];
        for (int b0 = 0; b0 < b; b0 += TileSide)
        {
            int bs = Math.Min(TileSide, b - b0);
            for (int a0 = 0; a0 < a; a0 += TileSide)
            {
                int rows = Math.Min(TileSide, a - a0);
                for (int i = 0; i < rows; i++)
                    Line(tile + (i * TileSide), 1, s + ((a0 + i) * sa) + (b0 * sb), sb, bs);
                for (int j = 0; j < bs; j++)
                    Line(d + ((b0 + j) * db) + (a0 * da), da, tile + j, TileSide, rows);
            }
        }
    }
}
