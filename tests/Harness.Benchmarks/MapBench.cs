using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Kernels;

namespace Harness.Benchmarks;

/// <summary>Element-wise operators on one thread over 64 KB, in nanoseconds an element.</summary>
static unsafe class MapBench
{
    const int Elements = 8192;

    /// <summary>Prints one line an operator and element type.</summary>
    public static void Run()
    {
        Measure<Map.Identity>("copy");
        Measure<Exp>("exp");
        Measure<SiLU>("silu");
        Measure<Tanh>("tanh");
        Measure<Gelu>("gelu (erf)");
        Measure<Log>("log");
        Measure<Log1p>("log1p");
        Measure<Mish>("mish");
    }

    static void Measure<TOp>(string name) where TOp : struct, IUnary
    {
        Measure<TOp, float>(name);
        Measure<TOp, double>(name);
    }

    static void Measure<TOp, E>(string name)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var lanes = LaneWidths.Choose();
        var over = Traversal.Contiguous(Elements, 2);
        var x = (E*)NativeMemory.AlignedAlloc((nuint)(Elements * sizeof(E)), 64);
        var y = (E*)NativeMemory.AlignedAlloc((nuint)(Elements * sizeof(E)), 64);
        var random = new Random(1);
        for (int i = 0; i < Elements; i++) x[i] = E.CreateTruncating((random.NextDouble() * 10) - 5);
        double best = double.MaxValue;
        for (int run = 0; run < 300; run++)
        {
            long start = Stopwatch.GetTimestamp();
            Map.Unary<TOp, E>(lanes, over, 0, over.Pieces, y, x, default);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        Console.WriteLine($"{name,-12} {typeof(E).Name,-7} {best * 1e9 / Elements,8:F3} ns");
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(y);
    }

    readonly struct Exp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Exp<L, E>(x);
    }

    readonly struct SiLU : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * LaneMath.Sigmoid<L, E>(x);
    }

    readonly struct Tanh : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Tanh<L, E>(x);
    }

    readonly struct Gelu : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * L.Of(0.5) * (L.Of(1) + LaneMath.Erf<L, E>(x * L.Of(0.7071067811865476)));
    }

    readonly struct Log : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log<L, E>(L.Abs(x));
    }

    readonly struct Log1p : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log1p<L, E>(L.Abs(x));
    }

    readonly struct Mish : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * LaneMath.Tanh<L, E>(LaneMath.Log1p<L, E>(LaneMath.Exp<L, E>(x)));
    }
}
