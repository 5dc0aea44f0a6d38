using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Circular functions over lanes, and their inverses: see <see cref="LaneMath"/>.</summary>
static unsafe class LaneTrigonometry
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // As in <see cref="LaneMath"/>: compiled at once, outside of the budget that the inliner has for a kernel.
    const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization;

    /// <summary>sin x: 1 ulp, at any magnitude. ±∞ give NaN; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Sin<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var quadrant = Reduce<L, E>(x, out var r, out var low);
        var odd = L.Equal(quadrant - (L.Of(2) * L.Floor(quadrant * L.Of(0.5))), L.Of(1));
        var y = L.Select(odd, CosOf<L, E>(r, low), SinOf<L, E>(r, low));
        y = L.Xor(y, L.And(L.LessThan(L.Of(1), quadrant), L.Of(-0.0)));
        return L.Select(L.Equal(x, L.Zero), x, y);
    }

    /// <summary>cos x: 1 ulp, at any magnitude. ±∞ give NaN.</summary>
    [MethodImpl(Apart)]
    public static L Cos<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var quadrant = Reduce<L, E>(x, out var r, out var low);
        var odd = L.Equal(quadrant - (L.Of(2) * L.Floor(quadrant * L.Of(0.5))), L.Of(1));
        var y = L.Select(odd, SinOf<L, E>(r, low), CosOf<L, E>(r, low));
        // Quadrants 1 and 2 are below 0.
        var below = L.Equal(L.Floor((quadrant + L.Of(1)) * L.Of(0.5)), L.Of(1));
        return L.Xor(y, L.And(below, L.Of(-0.0)));
    }

    /// <summary>tan x: 3 ulp, at any magnitude. ±∞ give NaN; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Tan<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var quadrant = Reduce<L, E>(x, out var r, out var low);
        var odd = L.Equal(quadrant - (L.Of(2) * L.Floor(quadrant * L.Of(0.5))), L.Of(1));
        L sin = SinOf<L, E>(r, low), cos = CosOf<L, E>(r, low);
        var y = L.Select(odd, -cos, sin) / L.Select(odd, sin, cos);
        return L.Select(L.Equal(x, L.Zero), x, y);
    }

    /// <summary>arctan x: 2 ulp. ±∞ give ±π/2; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Atan<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        return L.Or(AtanOf<L, E>(a, L.Of(1)), L.And(x, L.Of(-0.0)));
    }

    /// <summary>The angle of (x, y): arctan y / x in the quadrant of the point, 3 ulp. Zeros and infinities as IEEE 754
    /// has them.</summary>
    [MethodImpl(Apart)]
    public static L Atan2<L, E>(L y, L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        L a = L.Abs(y), b = L.Abs(x), infinity = L.Of(double.PositiveInfinity);
        var infinite = L.And(L.Equal(a, infinity), L.Equal(b, infinity));
        (a, b) = (L.Select(infinite, L.Of(1), a), L.Select(infinite, L.Of(1), b));
        // Sums and quotients of the two must neither overflow nor lose digits below the normal numbers.
        var most = L.Max(a, b);
        var scale = L.Select(L.LessThan(L.Of(single ? 1e37 : 1e307), most), L.Of(0.0625), L.Of(1));
        scale = L.Select(L.LessThan(most, L.Of(single ? 1e-28 : 1e-290)), L.Of(single ? 1.0e9 : 1.0e20), scale);
        scale = L.Select(L.LessThan(scale, L.Of(2)), scale, L.Of(single ? 1073741824.0 : 73786976294838206464.0));
        var angle = AtanOf<L, E>(a * scale, b * scale);
        angle = L.Select(L.Equal(most, L.Zero), L.Zero, angle);
        // The sign of a zero counts.
        var behind = L.LessThan(L.Or(L.And(x, L.Of(-0.0)), L.Of(1)), L.Zero);
        angle = L.Select(behind, L.Of(Pi) - (angle - L.Of(single ? PiLowSingle : PiLow)), angle);
        angle = L.Or(angle, L.And(y, L.Of(-0.0)));
        return L.Select(L.Equal(x, x), L.Select(L.Equal(y, y), angle, y), x);
    }

    // arctan a / b for a, b ≥ 0: the quotient, less the tangent of π/4 or π/2 where that is nearer, is at most
    // √2 − 1.
    [MethodImpl(Inline)]
    static L AtanOf<L, E>(L a, L b)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var steep = L.LessThan(L.Of(2.41421356237309505) * b, a);
        var middle = L.LessThan(L.Of(0.41421356237309505) * b, a);
        var over = L.Select(steep, -b, L.Select(middle, a - b, a));
        var under = L.Select(steep, a, L.Select(middle, a + b, b));
        var t = over / under;
        var z = t * t;
        L high = L.Select(steep, L.Of(Pi / 2), L.Select(middle, L.Of(Pi / 4), L.Zero));
        L low = L.Of(single ? PiLowSingle : PiLow) * L.Select(steep, L.Of(0.5), L.Select(middle, L.Of(0.25), L.Zero));
        return high + (t + L.Fma(t, z * LanePolynomials.Atan<L, E>(z), low));
    }

    /// <summary>arcsin x: 2 ulp. Beyond ±1 NaN; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Asin<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var (a, root, correction, outer) = Half<L, E>(x);
        bool single = typeof(E) == typeof(float);
        var s = L.Select(outer, root, a);
        var z = s * s;
        z = L.Select(outer, (L.Of(1) - a) * L.Of(0.5), z);
        var tail = s * (z * LanePolynomials.Asin<L, E>(z));
        // π/2 − 2 arcsin √((1 − a) / 2), the root in two parts.
        var rest = L.Of(2) * (tail + correction);
        var far = L.Of(Pi / 2) - (L.Of(2) * root - (L.Of(single ? PiLowSingle / 2 : PiLow / 2) - rest));
        return L.Or(L.Abs(L.Select(outer, far, a + tail)), L.And(x, L.Of(-0.0)));
    }

    /// <summary>arccos x: 2 ulp. Beyond ±1 NaN.</summary>
    [MethodImpl(Apart)]
    public static L Acos<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var (a, root, correction, outer) = Half<L, E>(x);
        bool single = typeof(E) == typeof(float);
        var s = L.Select(outer, root, x);
        var z = L.Select(outer, (L.Of(1) - a) * L.Of(0.5), s * s);
        var tail = s * (z * LanePolynomials.Asin<L, E>(z));
        var low = L.Of(single ? PiLowSingle / 2 : PiLow / 2);
        var near = L.Of(Pi / 2) - (x - (low - tail));
        var above = L.Of(2) * (root + (tail + correction));
        var below = L.Of(Pi) - (L.Of(2) * (root + (tail + correction) - low));
        return L.Select(outer, L.SelectLess(x, L.Zero, below, above), near);
    }

    // |x|; the root of (1 − |x|) / 2 and what its rounding left; where |x| is above ½ and these are used.
    [MethodImpl(Inline)]
    static (L Magnitude, L Root, L Correction, L Outer) Half<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var z = (L.Of(1) - a) * L.Of(0.5);
        var root = L.Sqrt(z);
        var correction = L.Fma(-root, root, z) / (root + root);
        return (a, root, L.Select(L.Equal(root, L.Zero), L.Zero, correction), L.LessThan(L.Of(0.5), a));
    }

    // sin (r + low) and cos (r + low) for |r| ≤ π/4, low far below r.
    [MethodImpl(Inline)]
    static L SinOf<L, E>(L r, L low)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var z = r * r;
        // x + (x z P(z) + low cos x), the cosine as 1 − z / 2.
        return r + L.Fma(r * z, LanePolynomials.Sin<L, E>(z), L.Fma(L.Of(-0.5) * z, low, low));
    }

    [MethodImpl(Inline)]
    static L CosOf<L, E>(L r, L low)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var z = r * r;
        var half = L.Of(0.5) * z;
        var w = L.Of(1) - half;
        // What rounding took from 1 − z / 2, and what rounding took from z itself.
        var lost = L.Of(1) - w - half - (L.Of(0.5) * L.Fma(r, r, -z));
        return w + (lost + L.Fma(z * z, LanePolynomials.Cos<L, E>(z), -(r * low)));
    }

    // The quadrant, 0 to 3, and what is left: x = n π/2 + r + low.
    // Up to a limit n π/2 is subtracted in three parts, the first product exact, the second in two; beyond it by all
    // digits of 2/π that matter, element by element.
    [MethodImpl(Inline)]
    static L Reduce<L, E>(L x, out L r, out L low)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var shift = L.Of(single ? 12582912.0 : 6755399441055744.0);
        var n = L.Fma(x, L.Of(2 / Pi), shift) - shift;
        var first = L.Fma(n, L.Of(-Pi / 2), x);
        var part = L.Of(single ? PiLowSingle / 2 : PiLow / 2);
        var product = n * part;
        var lost = L.Fma(n, part, -product);
        r = first - product;
        // The two may be of any size.
        var back = first - r;
        var error = (first - (r + back)) + (back - product);
        low = error - L.Fma(n, L.Of(single ? -1.7151245100058818728e-15 : -1.4973849048591698329e-33), lost);
        // One number and the rest of it.
        var sum = r + low;
        (r, low) = (sum, low - (sum - r));
        var quadrant = n - (L.Of(4) * L.Floor(n * L.Of(0.25)));
        E* elements = stackalloc E[3 * L.Width];
        L.Store(L.Abs(x), elements);
        var limit = E.CreateTruncating(single ? 1 << 17 : 1 << 27);
        bool far = false;
        for (int lane = 0; lane < L.Width; lane++) far |= elements[lane] >= limit;
        if (far) Far<L, E>(x, limit, ref quadrant, ref r, ref low);
        return quadrant;
    }

    [MethodImpl(Apart)]
    static void Far<L, E>(L x, E limit, ref L quadrant, ref L r, ref L low)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* xs = stackalloc E[L.Width], quadrants = stackalloc E[L.Width];
        E* highs = stackalloc E[L.Width], lows = stackalloc E[L.Width];
        L.Store(x, xs);
        L.Store(quadrant, quadrants);
        L.Store(r, highs);
        L.Store(low, lows);
        for (int lane = 0; lane < L.Width; lane++)
        {
            if (!(E.Abs(xs[lane]) >= limit)) continue;
            if (E.IsInfinity(xs[lane]))
            {
                (quadrants[lane], highs[lane], lows[lane]) = (E.Zero, E.NaN, E.NaN);
                continue;
            }
            int turn = Digits(double.CreateTruncating(xs[lane]), out double high, out double rest);
            quadrants[lane] = E.CreateTruncating(turn);
            highs[lane] = E.CreateTruncating(high);
            lows[lane] = E.CreateTruncating(high - double.CreateTruncating(highs[lane]) + rest);
        }
        quadrant = L.Load(quadrants);
        r = L.Load(highs);
        low = L.Load(lows);
    }

    // Payne and Hanek's reduction: of the product of x's 53 bits and 2/π only the bits below a whole turn matter, and
    // 256 of 2/π decide them: no double comes nearer to a multiple of π/2 than 2^-62.
    static int Digits(double x, out double high, out double low)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7ff) - 1075;
        ulong mantissa = ((ulong)bits & 0xfffffffffffff) | 0x10000000000000;
        // The bit of weight 2 beside the last one of the mantissa is the first of the window: x · 2/π modulo 4 lies in
        // the low 256 bits of the product. 64 zeros stand before the point.
        int start = exponent + 62, word = start >> 6, by = start & 63;
        Span<ulong> window = stackalloc ulong[4];
        for (int i = 0; i < 4; i++)
        {
            ulong next = s_twoOverPi[word + i] << by;
            window[3 - i] = by == 0 ? next : next | (s_twoOverPi[word + i + 1] >> (64 - by));
        }
        Span<ulong> product = stackalloc ulong[4];
        ulong carry = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong above = Math.BigMul(window[i], mantissa, out ulong below);
            product[i] = below + carry;
            carry = above + (product[i] < below ? 1UL : 0);
        }
        int turn = (int)(product[3] >> 62);
        // The fraction, its first bit of weight 1/2; above 1/2 what is missing to the next turn.
        for (int i = 3; i > 0; i--) product[i] = (product[i] << 2) | (product[i - 1] >> 62);
        product[0] <<= 2;
        bool beyond = product[3] >> 63 != 0;
        if (beyond)
        {
            turn++;
            for (int i = 0; i < 4; i++) product[i] = ~product[i];
        }
        int zeros = 0;
        while (product[3] == 0 && zeros < 192)
        {
            (product[3], product[2], product[1], product[0]) = (product[2], product[1], product[0], 0);
            zeros += 64;
        }
        int left = BitOperations.LeadingZeroCount(product[3]);
        var top = (new UInt128(product[3], product[2]) << left) | (product[1] >> 1 >> (63 - left));
        zeros += left;
        double whole = (double)top;
        double rest = whole > (double)UInt128.MaxValue / 2 && whole == Math.ScaleB(1, 128)
            ? -(double)(UInt128.MaxValue - top)
            : (UInt128)whole > top ? -(double)((UInt128)whole - top) : (double)(top - (UInt128)whole);
        double scale = Math.ScaleB(1, -128 - zeros);
        (whole, rest) = (whole * scale, rest * scale);
        high = whole * (Pi / 2);
        low = Math.FusedMultiplyAdd(whole, Pi / 2, -high) + (whole * (PiLow / 2)) + (rest * (Pi / 2));
        if (beyond) (high, low) = (-high, -low);
        if (x < 0) (turn, high, low) = (-turn, -high, -low);
        return turn & 3;
    }

    const double Pi = 3.14159265358979323846;

    // What π is beyond its double, and beyond its float.
    const double PiLow = 1.2246467991473531772e-16;
    const double PiLowSingle = -8.7422776573475857731e-8;

    // 2/π in binary, after 64 zeros.
    static readonly ulong[] s_twoOverPi =
    [
        0, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
        0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4,
        0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];
}
