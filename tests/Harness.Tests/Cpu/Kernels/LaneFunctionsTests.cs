using System.Globalization;
using System.Numerics;
using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Functions over lanes against 140-bit arithmetic, which lane_functions.py has done beforehand, over the
/// whole range of both types; and what they make of zeros, infinities and NaN, against the platform's.</summary>
public sealed unsafe class LaneFunctionsTests
{
    static readonly string s_table = Path.Combine(
        NaiveWalkTests.Repository, "tests", "Harness.Tests", "Cpu", "Kernels", "lane-functions.txt");

    static readonly double[] s_special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, double.Epsilon, -double.Epsilon, 1e-310, 1e300, -1e300,
        double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    [Fact]
    public void Sin_is_within_1_ulp() => Near<SinFunction>("Sin", 1);

    [Fact]
    public void Cos_is_within_1_ulp() => Near<CosFunction>("Cos", 1);

    [Fact]
    public void Tan_is_within_3_ulp() => Near<TanFunction>("Tan", 3);

    [Fact]
    public void Asin_is_within_2_ulp() => Near<AsinFunction>("Asin", 2);

    [Fact]
    public void Acos_is_within_2_ulp() => Near<AcosFunction>("Acos", 2);

    [Fact]
    public void Atan_is_within_2_ulp() => Near<AtanFunction>("Atan", 2);

    [Fact]
    public void Sinh_is_within_3_ulp() => Near<SinhFunction>("Sinh", 3);

    [Fact]
    public void Cosh_is_within_3_ulp() => Near<CoshFunction>("Cosh", 3);

    [Fact]
    public void Asinh_is_within_4_ulp() => Near<AsinhFunction>("Asinh", 4);

    [Fact]
    public void Acosh_is_within_4_ulp() => Near<AcoshFunction>("Acosh", 4);

    [Fact]
    public void Atanh_is_within_4_ulp() => Near<AtanhFunction>("Atanh", 4);

    [Fact]
    public void Log2_is_within_1_ulp() => Near<Log2Function>("Log2", 1);

    [Fact]
    public void Log10_is_within_1_ulp() => Near<Log10Function>("Log10", 1);

    [Fact]
    public void Exp2_is_within_1_ulp() => Near<Exp2Function>("Exp2", 1);

    [Fact]
    public void Erfc_is_within_6_ulp() => Near<ErfcFunction>("Erfc", 6);

    [Fact]
    public void Lgamma_is_within_16_ulp_of_positive_numbers() => Near<LgammaFunction>("Lgamma", 16);

    [Fact]
    public void Erfinv_is_within_24_ulp() => Near<ErfinvFunction>("Erfinv", 24);

    [Fact]
    public void What_is_no_ordinary_number_is_as_in_C()
    {
        Like<SinFunction>(Math.Sin);
        Like<CosFunction>(Math.Cos);
        Like<TanFunction>(Math.Tan);
        Like<AsinFunction>(Math.Asin);
        Like<AcosFunction>(Math.Acos);
        Like<AtanFunction>(Math.Atan);
        Like<SinhFunction>(Math.Sinh);
        Like<CoshFunction>(Math.Cosh);
        Like<AsinhFunction>(Math.Asinh);
        Like<AcoshFunction>(Math.Acosh);
        Like<AtanhFunction>(Math.Atanh);
        Like<Log2Function>(Math.Log2);
        Like<Log10Function>(Math.Log10);
        Like<Exp2Function>(x => Math.Pow(2, x));
        Like<ErfcFunction>(x => x > 30 ? 0 : x < -30 ? 2 : NaiveOps.Erfc(x));
    }

    [Fact]
    public void Powers_of_two_are_exact_both_ways()
    {
        for (int n = -1022; n <= 1023; n += 5)
        {
            One<Exp2Function>(n).Should().Be(Math.ScaleB(1, n));
            One<Log2Function>(Math.ScaleB(1, n)).Should().Be(n);
        }
    }

    [Fact]
    public void Powers_are_within_2_ulp_and_as_in_C_where_they_are_no_ordinary_numbers()
    {
        foreach (double x in s_special)
            foreach (double y in s_special)
                Same<PowOfTwo>(x, y, Math.Pow(x, y));
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            double x = Math.ScaleB(random.NextDouble() + 1, random.Next(-40, 40)), y = (random.NextDouble() - 0.5) * 30;
            // The platform's is within 1 ulp.
            Same<PowOfTwo>(x, y, Math.Pow(x, y));
        }
    }

    [Fact]
    public void Angles_are_within_3_ulp_and_as_in_C_where_they_are_no_ordinary_numbers()
    {
        foreach (double y in s_special)
            foreach (double x in s_special)
                Same<Atan2OfTwo>(y, x, Math.Atan2(y, x));
        var random = new Random(6);
        for (int i = 0; i < 20_000; i++)
        {
            double y = random.NextDouble() - 0.5, x = Math.ScaleB(random.NextDouble() - 0.5, random.Next(-6, 6));
            Same<Atan2OfTwo>(y, x, Math.Atan2(y, x));
        }
    }

    [Fact]
    public void Roots_of_squares_neither_overflow_nor_vanish()
    {
        Same<HypotOfTwo>(3e300, 4e300, 5e300);
        Same<HypotOfTwo>(3e-310, 4e-310, 5e-310);
        Same<HypotOfTwo>(double.NaN, double.NegativeInfinity, double.PositiveInfinity);
        Same<HypotOfTwo>(double.NaN, 1, double.NaN);
        Same<HypotOfTwo>(0, -0.0, 0);
        var single = Two<HypotOfTwo, float>(LaneWidth.One, [3e37f, 3e-40f], [4e37f, 4e-40f]);
        single[0].Should().BeApproximately(5e37f, 1e31f);
        single[1].Should().BeApproximately(5e-40f, 2e-45f);
    }

    [Fact]
    public void Remainders_and_floors_of_quotients_are_those_of_Python()
    {
        Same<RemainderOfTwo>(5.5, -2, -0.5);
        Same<RemainderOfTwo>(-5.5, 2, 0.5);
        Same<RemainderOfTwo>(1e300, 3, 1e300 % 3);
        Same<RemainderOfTwo>(-1, double.PositiveInfinity, double.PositiveInfinity);
        Same<RemainderOfTwo>(1, 0, double.NaN);
        Same<FmodOfTwo>(-5.5, 2, -1.5);
        Same<DivFloor>(-5.5, 2, -3);
        // 1 / 0.1 rounds to 10, of which 0.1 is more than a tenth.
        Same<DivFloor>(1, 0.1, 9);
        Same<DivFloor>(-1, 0, double.NegativeInfinity);
        Same<DivTrunc>(-5.5, 2, -2);
        Same<FmaxOfTwo>(double.NaN, 1, 1);
        Same<FminOfTwo>(-1, double.NaN, -1);
        Same<MaximumOfTwo>(double.NaN, 1, double.NaN);
    }

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        Widths<float>();
        Widths<double>();
    }

    static void Widths<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        SameBits<SinFunction, E>();
        SameBits<CosFunction, E>();
        SameBits<TanFunction, E>();
        SameBits<AsinFunction, E>();
        SameBits<AcosFunction, E>();
        SameBits<AtanFunction, E>();
        SameBits<SinhFunction, E>();
        SameBits<CoshFunction, E>();
        SameBits<AsinhFunction, E>();
        SameBits<AcoshFunction, E>();
        SameBits<AtanhFunction, E>();
        SameBits<Log2Function, E>();
        SameBits<Log10Function, E>();
        SameBits<Exp2Function, E>();
        SameBits<ErfcFunction, E>();
        SameBits<LgammaFunction, E>();
        SameBits<ErfinvFunction, E>();
        SameBits<SoftplusFunction, E>();
        SameBits<MishFunction, E>();
        SameBits<ELUScaled, E>();
        SameBits<LogSigmoidFunction, E>();
        SameBits<NanToNumFunction, E>();
        SameBits<SignFunction, E>();
        SameBits<RoundDecimals, E>();
        SameBitsOfTwo<PowOfTwo, E>();
        SameBitsOfTwo<Atan2OfTwo, E>();
        SameBitsOfTwo<HypotOfTwo, E>();
        SameBitsOfTwo<HeavisideOfTwo, E>();
        SameBitsOfTwo<LogAddExpOfTwo, E>();
        SameBitsOfTwo<LogAddExp2OfTwo, E>();
        SameBitsOfTwo<RemainderOfTwo, E>();
        SameBitsOfTwo<DivFloor, E>();
        SameBitsOfTwo<XlogyOfTwo, E>();
        SameBitsOfTwo<GLUFunction, E>();
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

    static void SameBitsOfTwo<TOp, E>()
        where TOp : struct, IBinary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var x = Bits.Special<E>();
        var y = new E[x.Length];
        // What is no ordinary number beside everything, in both places; everything beside numbers of other sizes.
        foreach (var special in x.Where(value => !E.IsNormal(value) || value == E.One || value == E.NegativeOne)
            .Take(16))
        {
            Array.Fill(y, special);
            Same(x, y);
            Same(y, x);
        }
        for (int shift = 0; shift < x.Length; shift += 67) Same(x, [.. x[shift..], .. x[..shift]]);

        static void Same(E[] x, E[] y)
        {
            var expected = Two<TOp, E>(LaneWidth.One, x, y);
            foreach (var lanes in LaneWidths.All)
                Bits.ShouldEqual<E>(Two<TOp, E>(lanes, x, y), expected, $"{typeof(TOp).Name} at {lanes}");
        }
    }

    static void Near<TOp>(string name, double ulp) where TOp : struct, IUnary
    {
        int rows = 0;
        foreach (string line in File.ReadLines(s_table))
        {
            string[] words = line.Split(' ');
            if (words[0] != name) continue;
            rows++;
            double x = Double(words[2]), high = Double(words[3]), low = Double(words[4]);
            bool single = words[1] == "32";
            double y = single ? Apply<TOp, float>(LaneWidth.Sixteen, [(float)x])[0]
                : Apply<TOp, double>(LaneWidth.Sixteen, [x])[0];
            // What is too large for the type is infinite, and what is below its smallest normal number has its ulp.
            double most = single ? float.MaxValue : double.MaxValue, least = single ? 1.17549435e-38 : 2.2e-308;
            double size = Math.Max(Math.Abs(high), least);
            double unit = Math.ScaleB(1, Math.ILogB(size) - (single ? 23 : 52));
            if (Math.Abs(high) > most) double.IsInfinity(y).Should().BeTrue(line);
            else if (Math.Abs(y - high - low) > ulp * unit) Assert.Fail($"{name}({x:R}) = {y:R}, expected {high:R}");
        }
        rows.Should().BeGreaterThan(40);
    }

    static double Double(string hexadecimal) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    static void Like<TOp>(Func<double, double> function) where TOp : struct, IUnary
    {
        foreach (double x in s_special)
        {
            double expected = function(x), y = One<TOp>(x);
            Equals(expected, y).Should().BeTrue($"{typeof(TOp).Name}({x:R}) = {y:R}, expected {expected:R}");
        }
    }

    // Of the same sign, and within what the two may be off by; NaN is NaN.
    static bool Equals(double expected, double y) => double.IsNaN(expected) ? double.IsNaN(y)
        : double.IsNegative(expected) == double.IsNegative(y)
            && (expected == y || Math.Abs(y - expected) <= 4 * Math.Max(
                Math.Abs(Math.BitIncrement(expected) - expected), double.Epsilon));

    static void Same<TOp>(double x, double y, double expected) where TOp : struct, IBinary
    {
        double found = Two<TOp, double>(LaneWidth.Sixteen, [x], [y])[0];
        if (!Equals(expected, found))
            Assert.Fail($"{typeof(TOp).Name}({x:R}, {y:R}) = {found:R}, expected {expected:R}");
    }

    static double One<TOp>(double x) where TOp : struct, IUnary => Apply<TOp, double>(LaneWidth.Sixteen, [x])[0];

    static E[] Apply<TOp, E>(LaneWidth lanes, E[] x)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        var over = Traversal.Contiguous(x.Length, 2);
        var told = Scalars<E>.Of(1.5, 2, 0.75);
        fixed (E* d = result, p = x) Map.Unary<TOp, E>(lanes, over, 0, over.Pieces, d, p, told);
        return result;
    }

    static E[] Two<TOp, E>(LaneWidth lanes, E[] x, E[] y)
        where TOp : struct, IBinary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        var over = Traversal.Contiguous(x.Length, 3);
        fixed (E* d = result, p = x, q = y) Map.Binary<TOp, E>(lanes, over, 0, over.Pieces, d, p, q, default);
        return result;
    }
}
