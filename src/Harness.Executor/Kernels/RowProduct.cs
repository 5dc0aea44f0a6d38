using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Kernels;

/// <summary>One row of a product with a matrix that is not known before the run: <c>y[n] = Σ x[k] · b[k,
/// n]</c>.</summary>
/// <remarks>Each result is a chain of fused multiply-adds over k from 0 in blocks of 256, blocks added in order: the
/// order of
/// <see cref="Convolution{E}"/>.</remarks>
static unsafe class RowProduct
{
    const int Block = 256;

    /// <summary>Computes the row.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="y">n results, contiguous.</param>
    /// <param name="x">k elements, <paramref name="xStride"/> apart.</param>
    /// <param name="xStride">Elements from one x to the next.</param>
    /// <param name="b">The matrix; rows are contiguous.</param>
    /// <param name="bStride">Elements from one row of b to the next.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="n">Results.</param>
    public static void Run<E>(LaneWidth lanes, E* y, E* x, nint xStride, E* b, nint bStride, int k, int n)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Columns<Lanes512<E>, E>(y, x, xStride, b, bStride, k, n); break;
            case LaneWidth.Eight: Columns<Lanes256<E>, E>(y, x, xStride, b, bStride, k, n); break;
            case LaneWidth.Four: Columns<Lanes128<E>, E>(y, x, xStride, b, bStride, k, n); break;
            default: Columns<Lanes1<E>, E>(y, x, xStride, b, bStride, k, n); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns<L, E>(E* y, E* x, nint xStride, E* b, nint bStride, int k, int n)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int column = 0;
        for (; column <= n - (4 * L.Width); column += 4 * L.Width)
        {
            L t0 = L.Zero, t1 = L.Zero, t2 = L.Zero, t3 = L.Zero;
            for (int start = 0; start < k; start += Block)
            {
                L s0 = L.Zero, s1 = L.Zero, s2 = L.Zero, s3 = L.Zero;
                int end = Math.Min(k, start + Block);
                E* row = b + (start * bStride) + column;
                for (int i = start; i < end; i++, row += bStride)
                {
                    var factor = L.Splat(x[i * xStride]);
                    s0 = L.Fma(factor, L.Load(row), s0);
                    s1 = L.Fma(factor, L.Load(row + L.Width), s1);
                    s2 = L.Fma(factor, L.Load(row + (2 * L.Width)), s2);
                    s3 = L.Fma(factor, L.Load(row + (3 * L.Width)), s3);
                }
                (t0, t1, t2, t3) = start == 0 ? (s0, s1, s2, s3) : (t0 + s0, t1 + s1, t2 + s2, t3 + s3);
            }
            L.Store(t0, y + column);
            L.Store(t1, y + column + L.Width);
            L.Store(t2, y + column + (2 * L.Width));
            L.Store(t3, y + column + (3 * L.Width));
        }
        for (; column < n; column += L.Width)
        {
            int count = Math.Min(L.Width, n - column);
            var total = L.Zero;
            for (int start = 0; start < k; start += Block)
            {
                var sum = L.Zero;
                int end = Math.Min(k, start + Block);
                E* row = b + (start * bStride) + column;
                for (int i = start; i < end; i++, row += bStride)
                    sum = L.Fma(L.Splat(x[i * xStride]), L.LoadPartial(row, count), sum);
                total = start == 0 ? sum : total + sum;
            }
            L.StorePartial(total, y + column, count);
        }
    }
}
