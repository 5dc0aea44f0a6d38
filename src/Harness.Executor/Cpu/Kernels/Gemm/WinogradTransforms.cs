using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>The transforms of <see cref="Winograd{E}"/>: additions and subtractions only, registers hold neighbouring
/// channels.</summary>
static unsafe class WinogradTransforms
{
    /// <summary>Bᵀ x B of one 4 × 4 patch; Bᵀ = (1, 0, −1, 0), (0, 1, 1, 0), (0, −1, 1, 0), (0, 1, 0, −1).</summary>
    /// <param name="x">The patch's corner.</param>
    /// <param name="row">Elements to row 1, and from there to row 2.</param>
    /// <param name="row3">Elements to row 3.</param>
    /// <param name="pixel">Elements to column 1, and from there to column 2.</param>
    /// <param name="pixel3">Elements to column 3.</param>
    /// <param name="channels">Channels; the result's rows are padded to whole registers.</param>
    /// <param name="v">Place (0, 0).</param>
    /// <param name="place">Elements from one place to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<L, E>(E* x, nint row, nint row3, nint pixel, nint pixel3, int channels, E* v, nint place)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int c = 0;
        for (; c <= channels - L.Width; c += L.Width, x += L.Width, v += L.Width)
            Patch<L, E>(x, row, row3, pixel, pixel3, v, place);
        if (c == channels) return;
        // The last channels by way of a patch of whole registers.
        int count = channels - c;
        E* whole = stackalloc E[16 * 16];
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                E* from = x + (i == 3 ? row3 : i * row) + (j == 3 ? pixel3 : j * pixel);
                L.Store(L.LoadPartial(from, count), whole + (((4 * i) + j) * L.Width));
            }
        }
        Patch<L, E>(whole, 4 * L.Width, 12 * L.Width, L.Width, 3 * L.Width, v, place);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Patch<L, E>(E* x, nint row, nint row3, nint pixel, nint pixel3, E* v, nint place)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* x1 = x + row;
        E* x2 = x1 + row;
        E* x3 = x + row3;
        L d0 = L.Load(x), d1 = L.Load(x1), d2 = L.Load(x2), d3 = L.Load(x3);
        L a0 = d0 - d2, b0 = d1 + d2, c0 = d2 - d1, e0 = d1 - d3;
        (d0, d1, d2, d3) = (L.Load(x + pixel), L.Load(x1 + pixel), L.Load(x2 + pixel), L.Load(x3 + pixel));
        L a1 = d0 - d2, b1 = d1 + d2, c1 = d2 - d1, e1 = d1 - d3;
        nint two = 2 * pixel;
        (d0, d1, d2, d3) = (L.Load(x + two), L.Load(x1 + two), L.Load(x2 + two), L.Load(x3 + two));
        L a2 = d0 - d2, b2 = d1 + d2, c2 = d2 - d1, e2 = d1 - d3;
        (d0, d1, d2, d3) = (L.Load(x + pixel3), L.Load(x1 + pixel3), L.Load(x2 + pixel3), L.Load(x3 + pixel3));
        L a3 = d0 - d2, b3 = d1 + d2, c3 = d2 - d1, e3 = d1 - d3;
        L.Store(a0 - a2, v);
        L.Store(a1 + a2, v + place);
        L.Store(a2 - a1, v + (2 * place));
        L.Store(a1 - a3, v + (3 * place));
        v += 4 * place;
        L.Store(b0 - b2, v);
        L.Store(b1 + b2, v + place);
        L.Store(b2 - b1, v + (2 * place));
        L.Store(b1 - b3, v + (3 * place));
        v += 4 * place;
        L.Store(c0 - c2, v);
        L.Store(c1 + c2, v + place);
        L.Store(c2 - c1, v + (2 * place));
        L.Store(c1 - c3, v + (3 * place));
        v += 4 * place;
        L.Store(e0 - e2, v);
        L.Store(e1 + e2, v + place);
        L.Store(e2 - e1, v + (2 * place));
        L.Store(e1 - e3, v + (3 * place));
    }

    /// <summary>Aᵀ M A of patches side by side; Aᵀ = (1, 1, 1, 0), (0, 1, −1, −1).</summary>
    /// <param name="m">Place (0, 0) of the first patch: one row of <paramref name="columns"/> a patch.</param>
    /// <param name="place">Elements from one place to the next.</param>
    /// <param name="patches">Patches.</param>
    /// <param name="columns">Channels: whole registers.</param>
    /// <param name="y">Sums of the upper output row, one row of <paramref name="columns"/> a pixel.</param>
    /// <param name="lower">Elements from there to those of the lower row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<L, E>(E* m, nint place, int patches, nint columns, E* y, nint lower)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int patch = 0; patch < patches; patch++, y += columns)
        {
            for (nint c = 0; c < columns; c += L.Width, m += L.Width, y += L.Width)
            {
                E* p = m;
                L m0 = L.Load(p), m1 = L.Load(p + (4 * place)), m2 = L.Load(p + (8 * place)),
                    m3 = L.Load(p + (12 * place));
                L s0 = m0 + m1 + m2, t0 = m1 - m2 - m3;
                p += place;
                (m0, m1, m2, m3) =
                    (L.Load(p), L.Load(p + (4 * place)), L.Load(p + (8 * place)), L.Load(p + (12 * place)));
                L s1 = m0 + m1 + m2, t1 = m1 - m2 - m3;
                p += place;
                (m0, m1, m2, m3) =
                    (L.Load(p), L.Load(p + (4 * place)), L.Load(p + (8 * place)), L.Load(p + (12 * place)));
                L s2 = m0 + m1 + m2, t2 = m1 - m2 - m3;
                p += place;
                (m0, m1, m2, m3) =
                    (L.Load(p), L.Load(p + (4 * place)), L.Load(p + (8 * place)), L.Load(p + (12 * place)));
                L s3 = m0 + m1 + m2, t3 = m1 - m2 - m3;
                L.Store(s0 + s1 + s2, y);
                L.Store(s1 - s2 - s3, y + columns);
                L.Store(t0 + t1 + t2, y + lower);
                L.Store(t1 - t2 - t3, y + lower + columns);
            }
        }
    }
}
