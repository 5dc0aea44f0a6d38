using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Kernels;

namespace Harness.Benchmarks;

/// <summary>What one core can do: independent fused multiply-adds in registers, nothing else.</summary>
static unsafe class FmaPeak
{
    /// <summary>GFLOP/s, the best of several short runs.</summary>
    public static double Measure<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        const int Count = 100_000;
        int width = lanes == LaneWidth.One ? 1 : (int)lanes * 4 / sizeof(E);
        double best = double.MaxValue;
        for (int run = 0; run < 20; run++)
        {
            long start = Stopwatch.GetTimestamp();
            switch (lanes)
            {
                case LaneWidth.Sixteen: Chains<Lanes512<E>, E>(Count); break;
                case LaneWidth.Eight: Chains<Lanes256<E>, E>(Count); break;
                case LaneWidth.Four: Chains<Lanes128<E>, E>(Count); break;
                default: Chains<Lanes1<E>, E>(Count); break;
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * 12 * width * Count / best / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Chains<L, E>(int count)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        L a = L.Of(1.0001), b = L.Of(0.999);
        L c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;
        for (int i = 0; i < count; i++)
        {
            c0 = L.Fma(c0, b, a);
            c1 = L.Fma(c1, b, a);
            c2 = L.Fma(c2, b, a);
            c3 = L.Fma(c3, b, a);
            c4 = L.Fma(c4, b, a);
            c5 = L.Fma(c5, b, a);
            c6 = L.Fma(c6, b, a);
            c7 = L.Fma(c7, b, a);
            c8 = L.Fma(c8, b, a);
            c9 = L.Fma(c9, b, a);
            c10 = L.Fma(c10, b, a);
            c11 = L.Fma(c11, b, a);
        }
        E* sink = stackalloc E[16];
        L.Store(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11, sink);
    }
}
