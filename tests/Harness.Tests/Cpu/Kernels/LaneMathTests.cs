using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class LaneMathTests
{
    const double Infinity = double.PositiveInfinity;

    [Fact]
    public void Exp_is_within_1_ulp() => Near<ExpOp>(Math.Exp, -740, 709, -103, 88, 1, 2);

    [Fact]
    public void Expm1_is_within_2_ulp() => Near<Expm1Op>(
        x => Math.Abs(x) > 1 ? Math.Exp(x) - 1
            : 2 * Math.Tanh(x / 2) / (1 - Math.Tanh(x / 2)), -40, 700, -20, 88, 2, 6);

    [Fact]
    public void Log_is_within_1_ulp() => Near<LogOp>(Math.Log, 0, 4, 0, 4, 1, 2);

    [Fact]
    public void Log1p_is_within_2_ulp() => Near<Log1pOp>(x => 2 * Math.Atanh(x / (2 + x)), -0.9, 3, -0.9, 3, 2, 6);

    [Fact]
    public void Tanh_is_within_3_ulp() => Near<TanhOp>(Math.Tanh, -20, 20, -10, 10, 3, 4);

    [Fact]
    public void Sigmoid_is_within_3_ulp() => Near<SigmoidOp>(x => 1 / (1 + Math.Exp(-x)), -30, 30, -30, 30, 3, 5);

    [Fact]
    public void SiLU_is_within_4_ulp() => Near<SiLUOp>(x => x / (1 + Math.Exp(-x)), -30, 30, -30, 30, 4, 6);

    [Fact]
    public void Erf_is_within_3_ulp() => Near<ErfOp>(Series, -3, 3, -3, 3, 3, 4);

    [Fact]
    public void Limits_are_exact()
    {
        One<ExpOp>(-Infinity).Should().Be(0);
        One<ExpOp>(Infinity).Should().Be(Infinity);
        One<ExpOp>(0).Should().Be(1);
        One<ExpOp>(1e300).Should().Be(Infinity);
        One<ExpOp>(-1e300).Should().Be(0);
        One<ExpOp>(-744).Should().Be(Math.Exp(-744), "denormals are rounded once");
        One<Expm1Op>(-Infinity).Should().Be(-1);
        One<Expm1Op>(Infinity).Should().Be(Infinity);
        One<LogOp>(0).Should().Be(-Infinity);
        One<LogOp>(-0.0).Should().Be(-Infinity);
        One<LogOp>(1).Should().Be(0);
        One<LogOp>(-1).Should().Be(double.NaN);
        One<LogOp>(-Infinity).Should().Be(double.NaN);
        One<LogOp>(Infinity).Should().Be(Infinity);
        One<LogOp>(double.Epsilon).Should().BeApproximately(-744.4400719213812, 1e-12);
        One<Log1pOp>(-1).Should().Be(-Infinity);
        One<Log1pOp>(-2).Should().Be(double.NaN);
        One<Log1pOp>(Infinity).Should().Be(Infinity);
        One<Log1pOp>(1e-300).Should().Be(1e-300);
        One<TanhOp>(Infinity).Should().Be(1);
        One<TanhOp>(-Infinity).Should().Be(-1);
        One<TanhOp>(1e-300).Should().Be(1e-300);
        One<SigmoidOp>(-Infinity).Should().Be(0);
        One<SigmoidOp>(Infinity).Should().Be(1);
        One<SigmoidOp>(0).Should().Be(0.5);
        One<SiLUOp>(-Infinity).Should().Be(double.NaN);
        One<SiLUOp>(Infinity).Should().Be(Infinity);
        One<SiLUOp>(-1e300).Should().Be(0);
        One<SiLUOp>(1e300).Should().Be(1e300);
        One<ErfOp>(Infinity).Should().Be(1);
        One<ErfOp>(-Infinity).Should().Be(-1);
    }

    [Fact]
    public void Zeros_keep_their_sign_and_NaN_stays()
    {
        Odd<Expm1Op>();
        Odd<Log1pOp>();
        Odd<TanhOp>();
        Odd<ErfOp>();
        Odd<SiLUOp>();
        One<ExpOp>(double.NaN).Should().Be(double.NaN);
        One<LogOp>(double.NaN).Should().Be(double.NaN);
        One<SigmoidOp>(double.NaN).Should().Be(double.NaN);
    }

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        SameBits<ExpOp, float>();
        SameBits<ExpOp, double>();
        SameBits<Expm1Op, float>();
        SameBits<Expm1Op, double>();
        SameBits<LogOp, float>();
        SameBits<LogOp, double>();
        SameBits<Log1pOp, float>();
        SameBits<Log1pOp, double>();
        SameBits<TanhOp, float>();
        SameBits<TanhOp, double>();
        SameBits<SigmoidOp, float>();
        SameBits<SigmoidOp, double>();
        SameBits<SiLUOp, float>();
        SameBits<SiLUOp, double>();
        SameBits<ErfOp, float>();
        SameBits<ErfOp, double>();
    }

    static void Odd<TOp>() where TOp : struct, IUnary
    {
        Bits.Of(One<TOp>(-0.0)).Should().Be(Bits.Of(-0.0));
        Bits.Of(One<TOp>(0.0)).Should().Be(Bits.Of(0.0));
        One<TOp>(double.NaN).Should().Be(double.NaN);
    }

    static void SameBits<TOp, E>()
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var x = Bits.Special<E>();
        var expected = Apply<TOp, E>(LaneWidth.One, x);
        foreach (var lanes in LaneWidths.All)
            Bits.ShouldEqual<E>(Apply<TOp, E>(lanes, x), expected, $"{typeof(TOp).Name} at {lanes}");
    }

    // Against double for float32; for float64 against the platform, whose own error the looser limit allows for.
    static void Near<TOp>(
        Func<double, double> function, double low, double high, double lowSingle, double highSingle, int single,
        int wide)
        where TOp : struct, IUnary
    {
        const int Count = 20_001;
        var x = new double[Count];
        var xs = new float[Count];
        var random = new Random(9);
        for (int i = 0; i < Count; i++)
        {
            // Half of them evenly, half by exponent.
            double near = Math.ScaleB(random.NextDouble() - 0.5, -random.Next(30));
            x[i] = i % 2 == 0 ? low + ((high - low) * random.NextDouble()) : Math.Clamp(near, low, high);
            xs[i] = (float)(i % 2 == 0 ? lowSingle
                + ((highSingle - lowSingle) * random.NextDouble()) : Math.Clamp(near, lowSingle, highSingle));
        }
        var y = Apply<TOp, double>(LaneWidth.Sixteen, x);
        var ys = Apply<TOp, float>(LaneWidth.Sixteen, xs);
        for (int i = 0; i < Count; i++)
        {
            double expected = function(x[i]);
            if (Math.Abs(y[i] - expected) > wide * Math.Abs(Math.BitIncrement(expected) - expected))
                Assert.Fail($"{typeof(TOp).Name}({x[i]:R}) = {y[i]:R}, expected {expected:R}");
            expected = function(xs[i]);
            float rounded = Math.Max(Math.Abs((float)expected), 1.17549435e-38f);
            if (Math.Abs(ys[i] - expected) > (single + 0.01) * (MathF.BitIncrement(rounded) - rounded))
                Assert.Fail($"{typeof(TOp).Name}({xs[i]:R}f) = {ys[i]:R}, expected {expected:R}");
        }
    }

    // erf by its Taylor series in 28 digits.
    static double Series(double x)
    {
        double square = x * x;
        if (Math.Abs(x) < 0.01)
            return x * 1.1283791670955126 * (1 - (square * (1 - (square * (0.3 - (square / 14)))) / 3));
        // A cast from double keeps 15 digits only; this keeps all.
        decimal exact = (decimal)(long)Math.ScaleB(x, 60) / (1L << 60);
        decimal z = exact * exact;
        decimal term = exact;
        decimal sum = term;
        for (int n = 1; n < 80; n++)
        {
            term = -term * z / n;
            sum += term / ((2 * n) + 1);
        }
        return (double)(sum * 1.1283791670955125738961589031m);
    }

    static double One<TOp>(double x) where TOp : struct, IUnary
    {
        double wide = Apply<TOp, double>(LaneWidth.Sixteen, [x])[0];
        Bits.ShouldEqual<double>([Apply<TOp, double>(LaneWidth.One, [x])[0]], [wide], typeof(TOp).Name);
        return wide;
    }

    static E[] Apply<TOp, E>(LaneWidth lanes, E[] x)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        var over = Traversal.Contiguous(x.Length, 2);
        fixed (E* d = result, p = x) Map.Unary<TOp, E>(lanes, over, 0, over.Pieces, d, p, default);
        return result;
    }

    readonly struct ExpOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Exp<L, E>(x);
    }

    readonly struct Expm1Op : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Expm1<L, E>(x);
    }

    readonly struct LogOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log<L, E>(x);
    }

    readonly struct Log1pOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log1p<L, E>(x);
    }

    readonly struct TanhOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Tanh<L, E>(x);
    }

    readonly struct SigmoidOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Sigmoid<L, E>(x);
    }

    readonly struct SiLUOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.SiLU<L, E>(x);
    }

    readonly struct ErfOp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Erf<L, E>(x);
    }
}
