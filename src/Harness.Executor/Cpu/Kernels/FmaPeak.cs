using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What the processor can do at most: independent fused multiply-adds in registers, nothing else. The measure
/// that every share of peak refers to, taken in the same run because clocks differ by machine, load and hour.</summary>
public static unsafe class FmaPeak
{
    // 12 chains cover two FMA units of latency 4 with room to spare.
    const int Chains = 12, Links = 100_000, Runs = 20;

    /// <summary>GFLOP/s of <paramref name="threads"/> threads together, the best of several short runs of each; threads
    /// beyond the processors add nothing.</summary>
    /// <typeparam name="E">float or double.</typeparam>
    public static double Measure<E>(LaneWidth lanes, int threads = 1)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        // Each takes its best moment, so that threads who take turns on a processor would each claim all of it.
        threads = Math.Min(threads, Environment.ProcessorCount);
        if (threads == 1) return One<E>(lanes);
        var speeds = new double[threads];
        using var together = new Barrier(threads);
        var workers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            int at = i;
            workers[i] = new Thread(() =>
            {
                together.SignalAndWait();
                speeds[at] = One<E>(lanes);
            });
            workers[i].Start();
        }
        foreach (var worker in workers) worker.Join();
        return speeds.Sum();
    }

    static double One<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int width = lanes == LaneWidth.One ? 1 : (int)lanes * 4 / sizeof(E);
        double best = double.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            switch (lanes)
            {
                case LaneWidth.Sixteen: Run<Lanes512<E>, E>(Links); break;
                case LaneWidth.Eight: Run<Lanes256<E>, E>(Links); break;
                case LaneWidth.Four: Run<Lanes128<E>, E>(Links); break;
                default: Run<Lanes1<E>, E>(Links); break;
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * Chains * width * Links / best / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<L, E>(int count)
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
