using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>The gamma function and the inverse of the error function over lanes; as <see cref="LaneMath"/>.</summary>
static class LaneGamma
{
    // See LaneMath.
    const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization;

    const double Pi = 3.14159265358979323846;

    /// <summary>ln |Γ(x)|; ∞ at 0, at the negative integers and at both infinities.</summary>
    /// <remarks>From 8 on Stirling's series. Below, x goes down to y = 2 + t with |t| ≤ ½ by Γ(x) = (x − 1) Γ(x − 1),
    /// or up to it; ln Γ(2 + t) is t times a polynomial, so that nothing is lost at its zero. Negative numbers by
    /// Γ(x) Γ(-x) = -π / (x sin πx).</remarks>
    [MethodImpl(Apart)]
    public static L Lgamma<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var negative = L.LessThan(x, L.Zero);
        var y = OfPositive<L, E>(a);
        // The distance from the nearest integer: sin πx but for its sign.
        var sine = L.Abs(LaneTrigonometry.Sin<L, E>((a - L.Round(a)) * L.Of(Pi)));
        var reflected = LaneMath.Log<L, E>(L.Of(Pi) / (a * sine)) - y;
        // Every number is an integer there; Γ is 0 or has a pole.
        var infinite = L.Equal(a, L.Of(double.PositiveInfinity));
        var pole = L.And(negative, L.Equal(L.Floor(a), a));
        reflected = L.Select(pole, L.Of(double.PositiveInfinity), reflected);
        return L.Select(infinite, a, L.Select(negative, reflected, y));
    }

    [MethodImpl(Apart)]
    static L OfPositive<L, E>(L a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        const double HalfLn2PiLessHalf = 0.41893853320467274178;
        var big = L.AtLeast(a, L.Of(8));
        var inverse = L.Of(1) / big;
        var stirling = L.Fma(big - L.Of(0.5), LaneMath.Log<L, E>(big) - L.Of(1), L.Of(HalfLn2PiLessHalf))
            + (inverse * LanePolynomials.Stirling<L, E>(inverse * inverse));
        // Down to [1.5, 2.5] in at most six steps, each as far as it has to go.
        var small = L.AtMost(a, L.Of(8));
        L y = small, product = L.Of(1);
        for (int step = 0; step < 6; step++)
        {
            var above = L.LessThan(L.Of(2.5), y);
            var next = y - L.Of(1);
            product = L.Select(above, product * next, product);
            y = L.Select(above, next, y);
        }
        // Or up: Γ(x) = Γ(x + 1) / x, and below a half by two steps.
        var below = L.LessThan(small, L.Of(1.5));
        var farBelow = L.LessThan(small, L.Of(0.5));
        var up = L.Select(farBelow, small * (small + L.Of(1)), small);
        product = L.Select(below, up, product);
        // The distance of y from 2, which is exact.
        var t = L.Select(below, L.Select(farBelow, small, small - L.Of(1)), y - L.Of(2));
        var log = LaneMath.Log<L, E>(product);
        var inner = L.Fma(t, LanePolynomials.LgammaOfTwo<L, E>(t), L.Select(below, -log, log));
        return L.Select(L.LessThan(a, L.Of(8)), inner, stirling);
    }

    /// <summary>The inverse of erf: −1 and 1 give infinities, what is beyond NaN; zeros keep their sign.</summary>
    /// <remarks>A first guess within 3e-3 by Winitzki's formula, then Newton's steps by erf below a half and by erfc
    /// above, where 1 − |x| is exact and erf would have lost it.</remarks>
    [MethodImpl(Apart)]
    public static L Erfinv<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        const double A = 0.147, TwoOverRootPi = 1.12837916709551257390;
        var a = L.Abs(x);
        var rest = L.Of(1) - a;
        var log = LaneMath.Log<L, E>(rest * (L.Of(1) + a));
        var middle = L.Fma(log, L.Of(0.5), L.Of(2 / (Pi * A)));
        var y = L.Sqrt(L.AtLeast(L.Sqrt(L.Fma(middle, middle, -log / L.Of(A))) - middle, L.Zero));
        var inner = L.LessThan(a, L.Of(0.5));
        for (int step = 0; step < 3; step++)
        {
            var error = L.Select(inner, LaneMath.Erf<L, E>(y) - a, rest - LaneHyperbolic.Erfc<L, E>(y));
            var slope = L.Of(TwoOverRootPi) * LaneMath.Exp<L, E>(-(y * y));
            // The second derivative is -2y times the first: Halley's step.
            var ratio = error / slope;
            y -= ratio / L.Fma(y, ratio, L.Of(1));
        }
        y = L.Select(L.Equal(a, L.Of(1)), L.Of(double.PositiveInfinity), y);
        y = L.Select(L.LessThan(L.Of(1), a), L.Of(double.NaN), y);
        // Below, the first term is all there is: erf y = 2y / √π.
        y = L.Select(L.LessThan(a, L.Of(1e-10)), a * L.Of(1 / TwoOverRootPi), y);
        return L.Or(L.Select(L.Equal(x, x), y, x), L.And(x, L.Of(-0.0)));
    }
}
