using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Elementary functions over lanes: our own, because the platform's differ by machine, and between the body of
/// a loop and its tail. One text for both precisions; every width gives the same bits.</summary>
/// <remarks>Bounds are the largest error found against 140-bit arithmetic over all exponents and dense samples of the
/// interesting ranges; ulp of the result, for results that are not denormal. NaN gives NaN.</remarks>
static class LaneMath
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Larger functions are methods of their own, compiled at once: the inliner has a budget for each kernel, and what
    // exceeds it would be called as unoptimized first-tier code, a hundred times slower.
    const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization;

    /// <summary>eˣ: 1 ulp. −∞ gives 0, ∞ gives ∞; denormal results are rounded once.</summary>
    /// <remarks>x = n ln 2 + r, |r| ≤ ½ ln 2; n ln 2 is subtracted in two parts of which the first product is exact.
    /// n exceeds the exponent range at both ends.</remarks>
    [MethodImpl(Inline)]
    public static L Exp<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        return ExpBelow<L, E>(L.AtMost(x, L.Of(single ? 90 : 711)));
    }

    // eˣ for an x that cannot overflow.
    [MethodImpl(Inline)]
    static L ExpBelow<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        x = L.AtLeast(x, L.Of(typeof(E) == typeof(float) ? -105 : -747));
        var n = Nearest<L, E>(x);
        var r = Reduce<L, E>(x, n);
        return L.Scale(L.Fma(L.Fma(LanePolynomials.ExpTail<L, E>(r), r, L.Of(1)), r, L.Of(1)), n);
    }

    /// <summary>value · 2ⁿ in two halves, the first of which is exact.</summary>
    [MethodImpl(Inline)]
    internal static L ScaleInTwo<L, E>(L value, L n)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var half = L.Floor(n * L.Of(0.5));
        return value * PowerOfTwo<L, E>(half) * PowerOfTwo<L, E>(n - half);
    }

    // x / ln 2 to the nearest integer: what is added leaves no room for a fraction.
    [MethodImpl(Inline)]
    static L Nearest<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var shift = L.Of(typeof(E) == typeof(float) ? 12582912.0 : 6755399441055744.0);
        return L.Fma(x, L.Of(InverseLn2), shift) - shift;
    }

    /// <summary>eˣ − 1 without cancellation: 2 ulp. −∞ gives −1; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Expm1<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var clamped = L.AtLeast(L.AtMost(x, L.Of(single ? 90 : 711)), L.Of(-50));
        var n = Nearest<L, E>(clamped);
        var r = Reduce<L, E>(clamped, n);
        var e = L.Fma(r * r, LanePolynomials.ExpTail<L, E>(r), r);
        // 2ⁿ(e + 1) − 1 as twice its half: 2ⁿ itself overflows for the largest n. n beyond the range of 2ⁿ⁻¹ is ∞.
        var limit = L.Of(single ? 128 : 1024);
        var scale = PowerOfTwo<L, E>(L.AtMost(n, limit) - L.Of(1));
        var y = L.Of(2) * L.Fma(scale, e, scale - L.Of(0.5));
        y = L.Select(L.LessThan(limit, n), L.Of(double.PositiveInfinity), y);
        return L.Select(L.Equal(x, L.Zero), x, y);
    }

    /// <summary>ln x: 1 ulp. 0 gives −∞, negative numbers NaN, ∞ gives ∞; denormals are exact arguments.</summary>
    /// <remarks>x = 2ᵏ m with m in [√½, √2]; ln m = f − (f²/2 − s (f²/2 + s² R(s²))), f = m − 1, s = f / (2 +
    /// f).</remarks>
    [MethodImpl(Apart)]
    public static L Log<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var denormal = L.LessThan(x, L.Of(single ? 1.17549435e-38 : 2.2250738585072014e-308));
        var scaled = L.Select(denormal, x * L.Of(single ? 33554432.0 : 18014398509481984.0), x);
        var bits = L.AddBits(scaled, Bits<L, E>(0x3f800000 - 0x3f3504f3, 0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
        var exponent = L.Or(L.ShiftRight(bits, single ? 23 : 52), L.Of(single ? 8388608.0 : 4503599627370496.0));
        var k = exponent - L.Of(single ? 8388608.0 + 127 : 4503599627370496.0 + 1023);
        k = L.Select(denormal, k - L.Of(single ? 25 : 54), k);
        var mantissa = L.And(bits, Bits<L, E>(0x007fffff, 0x000fffffffffffff));
        var f = L.AddBits(mantissa, Bits<L, E>(0x3f3504f3, 0x3fe6a09e667f3bcd)) - L.Of(1);
        var s = f / (L.Of(2) + f);
        var z = s * s;
        var half = L.Of(0.5) * f * f;
        var tail = L.Fma(s, L.Fma(z, LanePolynomials.LogTail<L, E>(z), half), k * L.Of(single ? Ln2LowSingle : Ln2Low));
        var y = L.Fma(k, L.Of(single ? Ln2HighSingle : Ln2High), f - (half - tail));
        y = L.Select(L.LessThan(x, L.Of(double.PositiveInfinity)), y, x);
        y = L.Select(L.LessThan(x, L.Zero), L.Of(double.NaN), y);
        return L.Select(L.Equal(x, L.Zero), L.Of(double.NegativeInfinity), y);
    }

    /// <summary>ln(1 + x) without cancellation: 2 ulp. −1 gives −∞, less gives NaN; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Log1p<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var u = L.Of(1) + x;
        // What rounding took from 1 + x, to first order. For |x| above 1 it is x that u − 1 is compared with, and 1
        // that u − x is: whichever difference is exact.
        var lost = L.Select(L.LessThan(L.Of(1), x), L.Of(1) - (u - x), x - (u - L.Of(1)));
        var log = Log<L, E>(u);
        var ordinary = L.And(L.LessThan(L.Of(-1), x), L.LessThan(x, L.Of(double.PositiveInfinity)));
        var y = L.Select(ordinary, log + (lost / u), log);
        return L.Select(L.Equal(x, L.Zero), x, y);
    }

    /// <summary>tanh x: 3 ulp. ±∞ give ±1; zeros keep their sign.</summary>
    /// <remarks>−m / (m + 2) with m = expm1(−2|x|), the sign put back.</remarks>
    [MethodImpl(Apart)]
    public static L Tanh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var sign = L.And(x, L.Of(-0.0));
        var m = Expm1<L, E>(L.Of(-2) * L.Abs(x));
        return L.Or(L.Abs(m / (m + L.Of(2))), sign);
    }

    /// <summary>1 / (1 + e⁻ˣ): 3 ulp. −∞ gives 0, ∞ gives 1.</summary>
    /// <remarks>With z = e^−|x|, which cannot overflow: 1 / (1 + z) or z / (1 + z).</remarks>
    [MethodImpl(Inline)]
    public static L Sigmoid<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var z = ExpBelow<L, E>(L.Or(x, L.Of(-0.0)));
        return L.SelectLess(x, L.Zero, z, L.Of(1)) / (L.Of(1) + z);
    }

    /// <summary>x / (1 + e⁻ˣ): 4 ulp. −∞ gives NaN, as −∞ · 0.</summary>
    /// <remarks>As <see cref="Sigmoid"/>; x joins the numerator, which waits for nothing that the denominator does
    /// not.</remarks>
    [MethodImpl(Inline)]
    public static L SiLU<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var z = ExpBelow<L, E>(L.Or(x, L.Of(-0.0)));
        return L.SelectLess(x, L.Zero, x * z, x) / (L.Of(1) + z);
    }

    /// <summary>erf x: 3 ulp. ±∞ give ±1; zeros keep their sign.</summary>
    /// <remarks>float32: a polynomial below 1.5 and one above it; from 3.9375 on it is 1. float64: |x| ≤ 1: a
    /// polynomial; above: 1 − e^−x² · Q(t), where t = (|x| − 3) / (|x| + 3). From 6 on it is 1.</remarks>
    [MethodImpl(Inline)]
    public static L Erf<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        typeof(E) == typeof(float) ? ErfSingle<L, E>(x) : ErfDouble<L, E>(x);

    [MethodImpl(Inline)]
    static L ErfSingle<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.AtMost(L.Abs(x), L.Of(3.9375));
        var inner = L.Fma(a, LanePolynomials.ErfInner<L, E>(a * a), a);
        var outer = L.AtMost(LanePolynomials.ErfOuter<L, E>(a - L.Of(2.71875)), L.Of(1));
        return L.Or(L.SelectLess(a, L.Of(1.5), inner, outer), L.And(x, L.Of(-0.0)));
    }

    [MethodImpl(Apart)]
    static L ErfDouble<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var sign = L.And(x, L.Of(-0.0));
        var a = L.AtMost(L.Abs(x), L.Of(6));
        var square = a * a;
        var centre = a * LanePolynomials.ErfCentre<L, E>(L.AtMost(square, L.Of(1)));
        var t = (a - L.Of(3)) / (a + L.Of(3));
        var outer = L.Of(1) - (Exp<L, E>(-square) * LanePolynomials.ErfTail<L, E>(t));
        return L.Or(L.Select(L.LessOrEqual(a, L.Of(1)), centre, outer), sign);
    }

    /// <summary>2ⁿ for an integral n whose power is a normal number: the exponent's bits put in place.</summary>
    [MethodImpl(Inline)]
    internal static L PowerOfTwo<L, E>(L n)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // Adding 1.5 · 2^23 (2^52) leaves n + bias in the low bits of the sum.
        bool single = typeof(E) == typeof(float);
        var biased = n + L.Of(single ? 12582912.0 + 127 : 6755399441055744.0 + 1023);
        return L.ShiftLeft(biased, single ? 23 : 52);
    }

    const double InverseLn2 = 1.4426950408889634074;

    // ln 2 in two parts; the first has so many zero bits at its end that its product with any exponent is exact.
    const double Ln2High = 0.6931471804855391383171082;
    const double Ln2Low = 7.4406171100123967161e-11;
    const double Ln2HighSingle = 0.693145751953125;
    const double Ln2LowSingle = 1.42860682031e-6;

    [MethodImpl(Inline)]
    static L Reduce<L, E>(L x, L n)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var r = L.Fma(n, L.Of(single ? -Ln2HighSingle : -Ln2High), x);
        return L.Fma(n, L.Of(single ? -Ln2LowSingle : -Ln2Low), r);
    }

    // A bit pattern of either precision. The float passes through double, which keeps every number, denormals included.
    [MethodImpl(Inline)]
    internal static L Bits<L, E>(int single, long pattern)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        L.Of(typeof(E) == typeof(float) ? BitConverter.Int32BitsToSingle(single)
            : BitConverter.Int64BitsToDouble(pattern));
}
