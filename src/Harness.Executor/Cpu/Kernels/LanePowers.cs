using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Powers and logarithms of other bases over lanes, from a logarithm in two parts: see
/// <see cref="LaneMath"/>.</summary>
static class LanePowers
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // As in <see cref="LaneMath"/>: compiled at once, outside of the budget that the inliner has for a kernel.
    const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization;

    /// <summary>xʸ: 2 ulp; what is not a number, a zero or an infinity as C's pow has it. Denormal results are rounded
    /// once.</summary>
    [MethodImpl(Apart)]
    public static L Pow<L, E>(L x, L y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var magnitude = L.Abs(x);
        var (high, low) = LogPair<L, E>(magnitude);
        var infinity = L.Of(double.PositiveInfinity);
        var exponent = y * high;
        var rest = L.Fma(y, high, -exponent) + (y * low);
        // Infinite factors leave no rest.
        rest = L.Select(L.LessThan(L.Abs(rest), L.Of(1)), rest, L.Zero);
        var power = ExpOf<L, E>(exponent, rest);
        power = L.Select(L.Equal(exponent, exponent), power, exponent);
        var half = y * L.Of(0.5);
        var integral = L.Equal(L.Floor(y), y);
        var odd = L.AndNot(integral, L.Equal(L.Floor(half), half));
        power = L.Or(power, L.And(L.And(x, L.Of(-0.0)), odd));
        power = L.Select(L.AndNot(L.LessThan(x, L.Zero), integral), L.Of(double.NaN), power);
        // −∞ is below 0 and a number all the same; so is any power of ±1 to an infinite exponent.
        var huge = L.And(L.Equal(magnitude, infinity), L.LessThan(x, L.Zero));
        power = L.Select(L.AndNot(huge, integral), L.SelectLess(y, L.Zero, L.Zero, infinity), power);
        power = L.Select(L.And(L.Equal(magnitude, L.Of(1)), L.Equal(L.Abs(y), infinity)), L.Of(1), power);
        var one = L.Or(L.Equal(x, L.Of(1)), L.Equal(y, L.Zero));
        power = L.Select(one, L.Of(1), power);
        // No number in, none out, but for the two powers that are 1 whatever the other is.
        power = L.Select(L.Or(one, L.Equal(x, x)), power, x);
        return L.Select(L.Or(one, L.Equal(y, y)), power, y);
    }

    /// <summary>2ˣ: 1 ulp, integers exactly. −∞ gives 0, ∞ gives ∞; denormal results are rounded once.</summary>
    [MethodImpl(Apart)]
    public static L Exp2<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var held = L.AtLeast(L.AtMost(x, L.Of(single ? 130 : 1026)), L.Of(single ? -152 : -1077));
        var n = L.Round(held);
        var fraction = held - n;
        var t = fraction * L.Of(Ln2);
        var low = L.Fma(fraction, L.Of(single ? -1.9046542121259335545e-9 : 2.3190468138462995584e-17),
            L.Fma(fraction, L.Of(Ln2), -t));
        var y = L.Of(1) + (t + L.Fma(t * t, LanePolynomials.ExpTail<L, E>(t), low));
        return L.Scale(y, n);
    }

    /// <summary>log₂ x: 1 ulp, powers of 2 exactly. 0 gives −∞, negative numbers NaN, ∞ gives ∞.</summary>
    [MethodImpl(Apart)]
    public static L Log2<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        return LogOf<L, E>(x, 1.44269504088896338700, single ? 1.925963033500011079e-8 : 2.0355273740931033111e-17);
    }

    /// <summary>log₁₀ x: 1 ulp. 0 gives −∞, negative numbers NaN, ∞ gives ∞.</summary>
    [MethodImpl(Apart)]
    public static L Log10<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        return LogOf<L, E>(x, 0.43429448190325181667, single ? -1.0103049952192577621e-8 : 1.0983196502167650727e-17);
    }

    // ln x by a factor in two parts.
    [MethodImpl(Inline)]
    static L LogOf<L, E>(L x, double factor, double more)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var (high, low) = LogPair<L, E>(x);
        L a = L.Of(factor), y = high * a;
        var rest = L.Fma(high, a, -y) + L.Fma(high, L.Of(more), low * a);
        return L.Select(L.LessThan(L.Abs(high), L.Of(double.PositiveInfinity)), y + rest, high);
    }

    /// <summary>e^(x + low), low far below 1, within the limits of <see cref="LaneMath.Exp"/>.</summary>
    [MethodImpl(Inline)]
    internal static L ExpOf<L, E>(L x, L low)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var held = L.AtLeast(L.AtMost(x, L.Of(single ? 90 : 711)), L.Of(single ? -105 : -747));
        low = L.Select(L.Equal(held, x), low, L.Zero);
        var shift = L.Of(single ? 12582912.0 : 6755399441055744.0);
        var n = L.Fma(held, L.Of(1.4426950408889634074), shift) - shift;
        var first = L.Fma(n, L.Of(single ? -0.693145751953125 : -0.6931471804855391383171082), held);
        var product = n * L.Of(single ? 1.42860682031e-6 : 7.4406171100123967161e-11);
        var r = first - product;
        low += first - r - product;
        var tail = r * r * LanePolynomials.ExpTail<L, E>(r);
        // eʳ⁺ˡᵒʷ = eʳ + low eʳ.
        return L.Scale(L.Of(1) + (r + L.Fma(low, r + tail, tail + low)), n);
    }

    // ln x in two parts, together some 14 bits better than one: x = 2ᵏ m as in LaneMath.Log, s = (m − 1) / (m + 1),
    // and 2 s + s³ (2/3 + s² R(s²)) with every part that is not small against the rest in two.
    [MethodImpl(Inline)]
    static (L High, L Low) LogPair<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var denormal = L.LessThan(x, L.Of(single ? 1.17549435e-38 : 2.2250738585072014e-308));
        var scaled = L.Select(denormal, x * L.Of(single ? 33554432.0 : 18014398509481984.0), x);
        var bits = L.AddBits(
            scaled, LaneMath.Bits<L, E>(0x3f800000 - 0x3f3504f3, 0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
        var field = L.Or(L.ShiftRight(bits, single ? 23 : 52), L.Of(single ? 8388608.0 : 4503599627370496.0));
        var k = field - L.Of(single ? 8388608.0 + 127 : 4503599627370496.0 + 1023);
        k = L.Select(denormal, k - L.Of(single ? 25 : 54), k);
        var mantissa = L.And(bits, LaneMath.Bits<L, E>(0x007fffff, 0x000fffffffffffff));
        var f = L.AddBits(mantissa, LaneMath.Bits<L, E>(0x3f3504f3, 0x3fe6a09e667f3bcd)) - L.Of(1);
        var t = L.Of(2) + f;
        var s = f / t;
        var sLow = (L.Fma(-s, t, f) - (s * (f - (t - L.Of(2))))) / t;
        var z = s * s;
        var zLow = L.Fma(s, s, -z) + (L.Of(2) * s * sLow);
        var product = z * LanePolynomials.LogPair<L, E>(z);
        L third = L.Of(0.66666666666666662966), c = third + product;
        var cLow = third - c + product + L.Of(single ? -1.98682155172491548e-8 : 3.7007434154171882626e-17);
        var w = s * z;
        var wLow = L.Fma(s, z, -w) + L.Fma(s, zLow, sLow * z);
        var u = w * c;
        var uLow = L.Fma(w, c, -u) + L.Fma(w, cLow, wLow * c);
        var twice = L.Of(2) * s;
        var head = twice + u;
        var tail = twice - head + u + (L.Of(2) * sLow + uLow);
        var whole = k * L.Of(single ? 0.693145751953125 : 0.6931471804855391383171082);
        var high = whole + head;
        var low = whole - high + head;
        low = L.Select(L.Equal(k, L.Zero), L.Zero, low);
        low += L.Fma(k, L.Of(single ? 1.42860682031e-6 : 7.4406171100123967161e-11), tail);
        var sum = high + low;
        low = high - sum + low;
        sum = L.Select(L.LessThan(x, L.Of(double.PositiveInfinity)), sum, x);
        sum = L.Select(L.LessThan(x, L.Zero), L.Of(double.NaN), sum);
        sum = L.Select(L.Equal(x, L.Zero), L.Of(double.NegativeInfinity), sum);
        return (sum, L.Select(L.LessThan(L.Abs(sum), L.Of(double.PositiveInfinity)), low, L.Zero));
    }

    const double Ln2 = 0.69314718055994530942;
}
