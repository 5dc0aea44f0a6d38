using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Hyperbolic functions over lanes, their inverses, and the complement of the error function: see
/// <see cref="LaneMath"/>.</summary>
static class LaneHyperbolic
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // As in <see cref="LaneMath"/>: compiled at once, outside of the budget that the inliner has for a kernel.
    const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization;

    /// <summary>sinh x: 3 ulp. ±∞ stay; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Sinh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var m = LaneMath.Expm1<L, E>(a);
        var near = L.Of(0.5) * (m + (m / (m + L.Of(1))));
        return L.Or(L.Select(Large<L, E>(a), FarExp<L, E>(a), near), L.And(x, L.Of(-0.0)));
    }

    /// <summary>cosh x: 3 ulp. ±∞ give ∞.</summary>
    [MethodImpl(Apart)]
    public static L Cosh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var e = LanePowers.ExpOf<L, E>(a, L.Zero);
        return L.Select(Large<L, E>(a), FarExp<L, E>(a), L.Fma(L.Of(0.5), e, L.Of(0.5) / e));
    }

    // Where e⁻ˣ is nothing beside eˣ.
    [MethodImpl(Inline)]
    static L Large<L, E>(L a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        return L.LessThan(L.Of(typeof(E) == typeof(float) ? 20 : 40), a);
    }

    // eᵃ / 2 as e^(a − ln 2), what the subtraction rounds kept.
    [MethodImpl(Inline)]
    static L FarExp<L, E>(L a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        var reduced = a - L.Of(single ? 0.693145751953125 : 0.6931471804855391383171082);
        var low = a - reduced - L.Of(single ? 0.693145751953125 : 0.6931471804855391383171082)
            - L.Of(single ? 1.42860682031e-6 : 7.4406171100123967161e-11);
        return LanePowers.ExpOf<L, E>(reduced, L.Select(L.LessThan(a, L.Of(1000)), low, L.Zero));
    }

    /// <summary>arsinh x: 4 ulp. ±∞ stay; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Asinh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var square = a * a;
        var near = LaneMath.Log1p<L, E>(a + (square / (L.Of(1) + L.Sqrt(square + L.Of(1)))));
        return L.Or(L.Select(Vast<L, E>(a), LogTwice<L, E>(a), near), L.And(x, L.Of(-0.0)));
    }

    /// <summary>arcosh x: 4 ulp. Below 1 NaN; ∞ stays.</summary>
    [MethodImpl(Apart)]
    public static L Acosh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var t = x - L.Of(1);
        var near = LaneMath.Log1p<L, E>(t + L.Sqrt(L.Fma(t, t, t + t)));
        return L.Select(Vast<L, E>(x), LogTwice<L, E>(x), L.Select(L.LessThan(t, L.Zero), L.Of(double.NaN), near));
    }

    /// <summary>artanh x: 4 ulp. ±1 give ±∞, beyond NaN; zeros keep their sign.</summary>
    [MethodImpl(Apart)]
    public static L Atanh<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var a = L.Abs(x);
        var y = L.Of(0.5) * LaneMath.Log1p<L, E>((a + a) / (L.Of(1) - a));
        y = L.Select(L.LessThan(L.Of(1), a), L.Of(double.NaN), y);
        return L.Or(y, L.And(x, L.Of(-0.0)));
    }

    // Where 1 is nothing beside x².
    [MethodImpl(Inline)]
    static L Vast<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        return L.LessThan(L.Of(typeof(E) == typeof(float) ? 16384 : 536870912), x);
    }

    // ln 2x, which may overflow where x does not.
    [MethodImpl(Inline)]
    static L LogTwice<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        return LaneMath.Log<L, E>(x) + L.Of(0.69314718055994530942);
    }

    /// <summary>1 − erf x without cancellation: 6 ulp where the result is a normal number. −∞ gives 2, ∞
    /// gives 0.</summary>
    [MethodImpl(Apart)]
    public static L Erfc<L, E>(L x)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        bool single = typeof(E) == typeof(float);
        // Beyond, the result is 0.
        var a = L.AtMost(L.Abs(x), L.Of(single ? 10.2 : 27.3));
        var square = a * a;
        var t = (a - L.Of(3)) / (a + L.Of(3));
        var tail = LanePowers.ExpOf<L, E>(-square, -L.Fma(a, a, -square)) * LanePolynomials.Erfcx<L, E>(t);
        var far = L.SelectLess(x, L.Zero, L.Of(2) - tail, tail);
        return L.Select(L.LessThan(L.Abs(x), L.Of(0.5)), L.Of(1) - LaneMath.Erf<L, E>(x), far);
    }
}
