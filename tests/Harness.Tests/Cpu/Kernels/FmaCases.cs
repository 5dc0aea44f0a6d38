using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Operands of fused multiply-adds that go wrong first: every exponent, subnormal and overflowing results,
/// signed zeros, NaN, and sums halfway between two numbers or a trace beside.</summary>
sealed unsafe class FmaCases<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    static readonly bool s_single = typeof(E) == typeof(float);

    readonly List<E> _a = [], _b = [], _c = [];

    FmaCases()
    {
        var random = new Random(11);
        int precision = s_single ? 24 : 53, bottom = s_single ? -149 : -1074, top = s_single ? 127 : 1023;
        E[] special = Bits.Special<E>();
        E largest = s_single ? E.CreateTruncating(float.MaxValue) : E.CreateTruncating(double.MaxValue);
        E[] few =
        [
            E.Zero, E.NegativeZero, E.One, E.NegativeOne, E.NaN, E.PositiveInfinity, E.NegativeInfinity,
            E.Epsilon, -E.Epsilon,
            largest, -largest, E.ScaleB(E.One, bottom + precision - 1), E.ScaleB(E.One, bottom + precision),
        ];
        foreach (E a in few)
            foreach (E b in few)
                foreach (E c in few) Add(a, b, c);
        for (int i = 0; i < 8 * special.Length; i++)
            Add(special[random.Next(special.Length)], special[random.Next(special.Length)],
                special[random.Next(special.Length)]);
        for (int i = 0; i < 4000; i++) Add(Pattern(random), Pattern(random), Pattern(random));
        for (int i = 0; i < 4000; i++)
        {
            // An odd number of full length times 1.5 lies halfway; c leaves it there, or moves it by the smallest
            // trace.
            int exponent = random.Next(bottom + 2, top - 3);
            long odd = (1L << (precision - 1)) | random.NextInt64(1L << (precision - 1)) | 1;
            E a = E.ScaleB(E.CreateTruncating(odd), exponent - precision);
            E trace = E.ScaleB(E.One, random.Next(bottom, Math.Max(bottom + 1, exponent - (2 * precision))));
            Add(a, E.CreateTruncating(1.5), random.Next(3) switch { 0 => E.Zero, 1 => trace, _ => -trace });
            // The product and c nearly cancel, so that what is left is the product's rounding.
            E x = Pattern(random, 40), y = Pattern(random, 40);
            Add(x, y, -(x * y));
            // A product near the smallest numbers, and one near the largest.
            Add(E.ScaleB(x, bottom / 2), E.ScaleB(y, bottom / 2), E.ScaleB(Pattern(random, 40), bottom + 20));
            Add(E.ScaleB(E.One + (E.Abs(x) / E.CreateTruncating(1 << 21)), top), E.CreateTruncating(1.999), -largest);
        }
    }

    public static FmaCases<E> All { get; } = new();

    public int Count => _a.Count;

    public (E A, E B, E C) this[int i] => (_a[i], _b[i], _c[i]);

    /// <summary>The results at one width, by <c>Fma</c>, or by <c>FmaAt</c>, which reads an operand from
    /// memory.</summary>
    public E[] Run(LaneWidth lanes, bool fromMemory) => lanes switch
    {
        LaneWidth.Sixteen => Run<Lanes512<E>>(fromMemory),
        LaneWidth.Eight => Run<Lanes256<E>>(fromMemory),
        LaneWidth.Four => Run<Lanes128<E>>(fromMemory),
        _ => Run<Lanes1<E>>(fromMemory),
    };

    E[] Run<L>(bool fromMemory) where L : struct, ILanes<L, E>
    {
        int padded = (Count + L.Width - 1) / L.Width * L.Width;
        var rest = new E[padded - Count];
        E[] a = [.. _a, .. rest], b = [.. _b, .. rest], c = [.. _c, .. rest];
        var result = new E[padded];
        fixed (E* pa = a, pb = b, pc = c, pr = result)
        {
            for (int i = 0; i < padded; i += L.Width)
            {
                L x = L.Load(pa + i), z = L.Load(pc + i);
                L.Store(fromMemory ? L.FmaAt(x, pb + i, z) : L.Fma(x, L.Load(pb + i), z), pr + i);
            }
        }
        return result[..Count];
    }

    void Add(E a, E b, E c)
    {
        _a.Add(a);
        _b.Add(b);
        _c.Add(c);
    }

    static E Pattern(Random random) =>
        s_single
            ? Unsafe.BitCast<int, E>((int)random.NextInt64(1L << 32))
            : Unsafe.BitCast<long, E>(random.NextInt64(long.MinValue, long.MaxValue));

    // Of exponents within a range around 0.
    static E Pattern(Random random, int range) =>
        E.ScaleB(E.CreateTruncating((random.NextDouble() * 2) - 1), random.Next(-range, range));
}
