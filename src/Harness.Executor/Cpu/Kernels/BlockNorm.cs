using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>The contiguous runs that make up one block. Offsets are elements.</summary>
readonly unsafe struct BlockRuns(int count, int length, nint* from, nint* to)
{
    /// <summary>How many runs.</summary>
    public readonly int Count = count;

    /// <summary>Elements of each.</summary>
    public readonly int Length = length;

    /// <summary>Where each starts in the source.</summary>
    public readonly nint* From = from;

    /// <summary>Where each starts in the destination.</summary>
    public readonly nint* To = to;
}

/// <summary>A block brought to mean 0 and variance 1, then scaled and shifted element by element:
/// <c>y = fma(((x − m) − d) / √(v + eps), scale, shift)</c>.</summary>
/// <remarks>m is the mean as it rounds, d what it is off by: the mean of <c>x − m</c>. Where the mean is far larger
/// than the deviation, m's own rounding would be all there is to see. The variance is that of <c>x − m</c>, less d².
/// Of a block that is not centered m and d are 0. Runs are summed as <see cref="Reduce"/> does, and run after run in
/// order. Error: a few ulp of the result beside the
/// condition of v + eps. Source and destination may be one.</remarks>
static unsafe class BlockNorm
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>Does one block; <paramref name="scale"/> and <paramref name="shift"/> hold an element for each of its
    /// own. One that is not centered has the mean 0 as it comes.</summary>
    [MethodImpl(Hot)]
    public static void Run<E>(
        LaneWidth lanes, in BlockRuns runs, E* x, E* y, E* scale, E* shift, E eps, bool isCentered = true)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: One<Lanes512<E>, E>(runs, x, y, scale, shift, eps, isCentered); break;
            case LaneWidth.Eight: One<Lanes256<E>, E>(runs, x, y, scale, shift, eps, isCentered); break;
            case LaneWidth.Four: One<Lanes128<E>, E>(runs, x, y, scale, shift, eps, isCentered); break;
            default: One<Lanes1<E>, E>(runs, x, y, scale, shift, eps, isCentered); break;
        }
    }

    [MethodImpl(Hot)]
    static void One<L, E>(in BlockRuns runs, E* x, E* y, E* scale, E* shift, E eps, bool isCentered)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var count = E.CreateTruncating((long)runs.Count * runs.Length);
        E mean = isCentered ? Sum<SumReduction, L, E>(runs, x, E.Zero) / count : E.Zero;
        E off = isCentered ? Sum<ShiftReduction, L, E>(runs, x, mean) / count : E.Zero;
        E variance = Sum<DeviationReduction, L, E>(runs, x, mean) / count - off * off;
        var factor = L.Splat(E.One / E.Sqrt(variance + eps));
        L m = L.Splat(mean), d = L.Splat(off);
        for (int run = 0; run < runs.Count; run++)
        {
            E* from = x + runs.From[run], to = y + runs.To[run];
            int i = 0;
            for (; i <= runs.Length - L.Width; i += L.Width)
            {
                var z = (L.Load(from + i) - m - d) * factor;
                L.Store(L.Fma(z, L.Load(scale + i), L.Load(shift + i)), to + i);
            }
            if (i < runs.Length)
            {
                int left = runs.Length - i;
                var z = (L.LoadPartial(from + i, left) - m - d) * factor;
                L.StorePartial(L.Fma(z, L.LoadPartial(scale + i, left), L.LoadPartial(shift + i, left)), to + i, left);
            }
            scale += runs.Length;
            shift += runs.Length;
        }
    }

    [MethodImpl(Hot)]
    static E Sum<TOp, L, E>(in BlockRuns runs, E* x, E centre)
        where TOp : struct, IReduction
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var total = E.Zero;
        for (int run = 0; run < runs.Count; run++)
            total += Reduce.Contiguous<TOp, L, E>(x + runs.From[run], runs.Length, centre);
        return total;
    }
}
