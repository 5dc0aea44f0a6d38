using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>The polynomials of <see cref="LaneMath"/>: few coefficients for float32, more for float64.</summary>
/// <remarks>Near-minimax fits by Chebyshev interpolation of the exact function in 200-bit arithmetic
/// (<c>mpmath.chebyfit(f, [a, b], n)</c>), rounded to the element type. Horner's rule with fused
/// multiply-adds.</remarks>
static class LanePolynomials
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>(eʳ − 1 − r) / r² for |r| ≤ ½ ln 2, within 2^-23 and 2^-65.</summary>
    [MethodImpl(Inline)]
    public static L ExpTail<L, E>(L r)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(0.001392618359);
            p = L.Fma(p, r, L.Of(0.008363179053));
            p = L.Fma(p, r, L.Of(0.04166655462));
            p = L.Fma(p, r, L.Of(0.1666657699));
            p = L.Fma(p, r, L.Of(0.5));
            return p;
        }
        else
        {
            // Odd and even powers side by side: one chain of twelve waits for each of its products.
            var z = r * r;
            var odd = L.Of(1.608662795678036884e-10);
            var even = L.Of(2.091813773764273643e-9);
            odd = L.Fma(odd, z, L.Of(2.505207109429354675e-8));
            even = L.Fma(even, z, L.Of(2.755726327908849691e-7));
            odd = L.Fma(odd, z, L.Of(2.755731924721873078e-6));
            even = L.Fma(even, z, L.Of(0.00002480158733644223786));
            odd = L.Fma(odd, z, L.Of(0.0001984126984126329913));
            even = L.Fma(even, z, L.Of(0.001388888888887907399));
            odd = L.Fma(odd, z, L.Of(0.008333333333333334007));
            even = L.Fma(even, z, L.Of(0.04166666666666667677));
            odd = L.Fma(odd, z, L.Of(0.1666666666666666667));
            even = L.Fma(even, z, L.Of(0.5));
            return L.Fma(odd, r, even);
        }
    }

    /// <summary>(2 atanh s − 2 s) / s³ with z = s², m in [√½, √2], s = (m − 1) / (m + 1), within 2^-29 and
    /// 2^-58.</summary>
    [MethodImpl(Inline)]
    public static L LogTail<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(0.2333058194);
            p = L.Fma(p, z, L.Of(0.285508166));
            p = L.Fma(p, z, L.Of(0.4000012188));
            p = L.Fma(p, z, L.Of(0.6666666655));
            return p;
        }
        else
        {
            var p = L.Of(0.1308676700994817371);
            p = L.Fma(p, z, L.Of(0.1326875966856061269));
            p = L.Fma(p, z, L.Of(0.1538624020581347788));
            p = L.Fma(p, z, L.Of(0.181817956308847532));
            p = L.Fma(p, z, L.Of(0.2222222239180046933));
            p = L.Fma(p, z, L.Of(0.2857142857080323001));
            p = L.Fma(p, z, L.Of(0.4000000000000087761));
            p = L.Fma(p, z, L.Of(0.6666666666666666646));
            return p;
        }
    }

    /// <summary>erf(x) / x − 1 for float32 with z = x² ≤ 2.25, within 2^-26.</summary>
    [MethodImpl(Inline)]
    public static L ErfInner<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var p = L.Of(-5.724338348e-6);
        p = L.Fma(p, z, L.Of(9.252342521e-5));
        p = L.Fma(p, z, L.Of(-0.0008061112414));
        p = L.Fma(p, z, L.Of(0.005175185407));
        p = L.Fma(p, z, L.Of(-0.02683908524));
        p = L.Fma(p, z, L.Of(0.1128304394));
        p = L.Fma(p, z, L.Of(-0.3761255955));
        p = L.Fma(p, z, L.Of(0.128379153));
        return p;
    }

    /// <summary>erf(x) for float32 with t = x − 2.71875, 1.5 ≤ x ≤ 3.9375, within 2^-24.</summary>
    [MethodImpl(Inline)]
    public static L ErfOuter<L, E>(L t)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var p = L.Of(4.42200746e-5);
        p = L.Fma(p, t, L.Of(-0.0001210628674));
        p = L.Fma(p, t, L.Of(-3.977289741e-5));
        p = L.Fma(p, t, L.Of(0.000698994995));
        p = L.Fma(p, t, L.Of(-0.001818979927));
        p = L.Fma(p, t, L.Of(0.003062257207));
        p = L.Fma(p, t, L.Of(-0.003708792916));
        p = L.Fma(p, t, L.Of(0.003199770378));
        p = L.Fma(p, t, L.Of(-0.001891370124));
        p = L.Fma(p, t, L.Of(0.0006952469874));
        p = L.Fma(p, t, L.Of(0.999879395));
        return p;
    }

    /// <summary>erf(x) / x for float64 with z = x² ≤ 1, within 2^-62.</summary>
    [MethodImpl(Inline)]
    public static L ErfCentre<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var p = L.Of(5.957176147748911404e-11);
        p = L.Fma(p, z, L.Of(-1.137284885679167367e-9));
        p = L.Fma(p, z, L.Of(1.465977527404743581e-8));
        p = L.Fma(p, z, L.Of(-1.635031270105469501e-7));
        p = L.Fma(p, z, L.Of(1.646100048412136803e-6));
        p = L.Fma(p, z, L.Of(-0.00001492559526683118157));
        p = L.Fma(p, z, L.Of(0.0001205533111164271092));
        p = L.Fma(p, z, L.Of(-0.0008548326980833789905));
        p = L.Fma(p, z, L.Of(0.005223977624818014467));
        p = L.Fma(p, z, L.Of(-0.02686617064507679325));
        p = L.Fma(p, z, L.Of(0.1128379167095487867));
        p = L.Fma(p, z, L.Of(-0.3761263890318374806));
        p = L.Fma(p, z, L.Of(1.128379167095512574));
        return p;
    }

    /// <summary>exp(x²) · erfc(x) with t = (x − 3) / (x + 3), 1 ≤ x ≤ 6, for float64, within
    /// 2^-56.</summary>
    [MethodImpl(Inline)]
    public static L ErfTail<L, E>(L t)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var p = L.Of(1.280190086296266194e-6);
        p = L.Fma(p, t, L.Of(2.023603179641756635e-6));
        p = L.Fma(p, t, L.Of(-8.008021319412684335e-6));
        p = L.Fma(p, t, L.Of(-0.0000128488945125235288));
        p = L.Fma(p, t, L.Of(0.00006406182073530546743));
        p = L.Fma(p, t, L.Of(0.00004525472635483354137));
        p = L.Fma(p, t, L.Of(-0.0005970623517093284279));
        p = L.Fma(p, t, L.Of(0.0007077464443901537315));
        p = L.Fma(p, t, L.Of(0.004269136347508256361));
        p = L.Fma(p, t, L.Of(-0.02439249931827319312));
        p = L.Fma(p, t, L.Of(0.07166583719774874339));
        p = L.Fma(p, t, L.Of(-0.1501159365007874391));
        p = L.Fma(p, t, L.Of(0.2456038017123319448));
        p = L.Fma(p, t, L.Of(-0.3262335600430371748));
        p = L.Fma(p, t, L.Of(0.1790011511813899502));
        return p;
    }

    /// <summary>(sin x / x − 1) / x² with z = x², |x| ≤ π/4, within 2^-25 and
    /// 2^-55.</summary>
    [MethodImpl(Inline)]
    public static L Sin<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(-0.0001958724932);
            p = L.Fma(p, z, L.Of(0.008332745297));
            p = L.Fma(p, z, L.Of(-0.1666666465));
            return p;
        }
        else
        {
            var p = L.Of(1.591777175934191585e-10);
            p = L.Fma(p, z, L.Of(-2.505112687608533751e-8));
            p = L.Fma(p, z, L.Of(2.755731607868067062e-6));
            p = L.Fma(p, z, L.Of(-0.0001984126983671249438));
            p = L.Fma(p, z, L.Of(0.008333333333330917988));
            p = L.Fma(p, z, L.Of(-0.1666666666666666459));
            return p;
        }
    }

    /// <summary>(cos x − 1 + x²/2) / x⁴ with z = x², |x| ≤ π/4, within 2^-28 and
    /// 2^-59.</summary>
    [MethodImpl(Inline)]
    public static L Cos<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(2.454729917e-5);
            p = L.Fma(p, z, L.Of(-0.001388830006));
            p = L.Fma(p, z, L.Of(0.04166666464));
            return p;
        }
        else
        {
            var p = L.Of(-1.138240875415325456e-11);
            p = L.Fma(p, z, L.Of(2.087614315990943868e-9));
            p = L.Fma(p, z, L.Of(-2.755731725679604056e-7));
            p = L.Fma(p, z, L.Of(0.00002480158729873686147));
            p = L.Fma(p, z, L.Of(-0.001388888888888737816));
            p = L.Fma(p, z, L.Of(0.04166666666666666537));
            return p;
        }
    }

    /// <summary>((2 atanh s − 2 s) / s³ − 2/3) / s² with z = s², s as of <see cref="LogTail"/>, within 2^-22 and
    /// 2^-58.</summary>
    [MethodImpl(Inline)]
    public static L LogPair<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(0.2304996435);
            p = L.Fma(p, z, L.Of(0.2856219802));
            p = L.Fma(p, z, L.Of(0.4000001515));
            return p;
        }
        else
        {
            var p = L.Of(0.1172577122181114513);
            p = L.Fma(p, z, L.Of(0.1170598815650090752));
            p = L.Fma(p, z, L.Of(0.1333481397129200431));
            p = L.Fma(p, z, L.Of(0.1538459479176235062));
            p = L.Fma(p, z, L.Of(0.1818181833699256959));
            p = L.Fma(p, z, L.Of(0.2222222222164882138));
            p = L.Fma(p, z, L.Of(0.2857142857142937779));
            p = L.Fma(p, z, L.Of(0.3999999999999999981));
            return p;
        }
    }

    /// <summary>(atan x / x − 1) / x² with z = x², |x| ≤ √2 − 1, within 2^-25 and
    /// 2^-59.</summary>
    [MethodImpl(Inline)]
    public static L Atan<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(-0.06451054485);
            p = L.Fma(p, z, L.Of(0.1074346781));
            p = L.Fma(p, z, L.Of(-0.142639312));
            p = L.Fma(p, z, L.Of(0.1999953978));
            p = L.Fma(p, z, L.Of(-0.3333333176));
            return p;
        }
        else
        {
            var p = L.Of(0.0162799900578205678);
            p = L.Fma(p, z, L.Of(-0.0345653572919006664));
            p = L.Fma(p, z, L.Of(0.04551390803289901478));
            p = L.Fma(p, z, L.Of(-0.05230409886617741804));
            p = L.Fma(p, z, L.Of(0.05878922970309668141));
            p = L.Fma(p, z, L.Of(-0.066664243614049265));
            p = L.Fma(p, z, L.Of(0.07692296345833015208));
            p = L.Fma(p, z, L.Of(-0.09090908752490780198));
            p = L.Fma(p, z, L.Of(0.1111111110513514366));
            p = L.Fma(p, z, L.Of(-0.1428571428565961927));
            p = L.Fma(p, z, L.Of(0.199999999999998037));
            p = L.Fma(p, z, L.Of(-0.3333333333333333322));
            return p;
        }
    }

    /// <summary>(asin x / x − 1) / x² with z = x², |x| ≤ ½, within 2^-27 and
    /// 2^-55.</summary>
    [MethodImpl(Inline)]
    public static L Asin<L, E>(L z)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(0.03370072632);
            p = L.Fma(p, z, L.Of(0.01714371682));
            p = L.Fma(p, z, L.Of(0.03110172783));
            p = L.Fma(p, z, L.Of(0.04459931916));
            p = L.Fma(p, z, L.Of(0.07500094761));
            p = L.Fma(p, z, L.Of(0.1666666634));
            return p;
        }
        else
        {
            var p = L.Of(0.02877844261259304085);
            p = L.Fma(p, z, L.Of(-0.01488140939281806664));
            p = L.Fma(p, z, L.Of(0.01741935796488485717));
            p = L.Fma(p, z, L.Of(0.005450878187720549948));
            p = L.Fma(p, z, L.Of(0.01032431828874411205));
            p = L.Fma(p, z, L.Of(0.01147895269025738674));
            p = L.Fma(p, z, L.Of(0.01397123530112453915));
            p = L.Fma(p, z, L.Of(0.01735239126590922786));
            p = L.Fma(p, z, L.Of(0.02237217300200559739));
            p = L.Fma(p, z, L.Of(0.0303819441370852143));
            p = L.Fma(p, z, L.Of(0.04464285714637338088));
            p = L.Fma(p, z, L.Of(0.0749999999999842426));
            p = L.Fma(p, z, L.Of(0.1666666666666666783));
            return p;
        }
    }

    /// <summary>exp(x²) · erfc(x) with t = (x − 3) / (x + 3), x ≥ ½ as far as erfc is not 0, within 2^-29 and
    /// 2^-63.</summary>
    [MethodImpl(Inline)]
    public static L Erfcx<L, E>(L t)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(-1.627123274e-5);
            p = L.Fma(p, t, L.Of(-0.0005564209782));
            p = L.Fma(p, t, L.Of(0.0007473556211));
            p = L.Fma(p, t, L.Of(0.004259790036));
            p = L.Fma(p, t, L.Of(-0.02440163537));
            p = L.Fma(p, t, L.Of(0.07166675543));
            p = L.Fma(p, t, L.Of(-0.1501151387));
            p = L.Fma(p, t, L.Of(0.2456037661));
            p = L.Fma(p, t, L.Of(-0.326233579));
            p = L.Fma(p, t, L.Of(0.1790011515));
            return p;
        }
        else
        {
            var p = L.Of(1.166445819871722063e-9);
            p = L.Fma(p, t, L.Of(-6.866803514285548724e-10));
            p = L.Fma(p, t, L.Of(-8.85400509521439971e-9));
            p = L.Fma(p, t, L.Of(4.067733471175594404e-10));
            p = L.Fma(p, t, L.Of(4.705448945095831242e-8));
            p = L.Fma(p, t, L.Of(2.904500596696511876e-8));
            p = L.Fma(p, t, L.Of(-2.348116781173497819e-7));
            p = L.Fma(p, t, L.Of(-2.942467026467080808e-7));
            p = L.Fma(p, t, L.Of(1.252569661969274314e-6));
            p = L.Fma(p, t, L.Of(2.120116332533212559e-6));
            p = L.Fma(p, t, L.Of(-7.97815217457228845e-6));
            p = L.Fma(p, t, L.Of(-0.00001286051964956154302));
            p = L.Fma(p, t, L.Of(0.00006405655938866335244));
            p = L.Fma(p, t, L.Of(0.00004525530130927565306));
            p = L.Fma(p, t, L.Of(-0.0005970619490673626926));
            p = L.Fma(p, t, L.Of(0.0007077464387211175688));
            p = L.Fma(p, t, L.Of(0.004269136332882320859));
            p = L.Fma(p, t, L.Of(-0.02439249931866426922));
            p = L.Fma(p, t, L.Of(0.07166583719797647999));
            p = L.Fma(p, t, L.Of(-0.1501159365007773351));
            p = L.Fma(p, t, L.Of(0.245603801712330905));
            p = L.Fma(p, t, L.Of(-0.3262335600430372277));
            p = L.Fma(p, t, L.Of(0.1790011511813899504));
            return p;
        }
    }

    /// <summary>ln Γ(2 + t) / t for |t| ≤ ½, within 2^-29 and 2^-63.</summary>
    [MethodImpl(Inline)]
    public static L LgammaOfTwo<L, E>(L t)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(-0.0002505620215);
            p = L.Fma(p, t, L.Of(0.0005702512503));
            p = L.Fma(p, t, L.Of(-0.001187484814));
            p = L.Fma(p, t, L.Of(0.002878868684));
            p = L.Fma(p, t, L.Of(-0.007385920885));
            p = L.Fma(p, t, L.Of(0.02058162544));
            p = L.Fma(p, t, L.Of(-0.06735229409));
            p = L.Fma(p, t, L.Of(0.322467018));
            p = L.Fma(p, t, L.Of(0.4227843351));
            return p;
        }
        else
        {
            var p = L.Of(6.379047507619773721e-8);
            p = L.Fma(p, t, L.Of(-1.341281975851728555e-7));
            p = L.Fma(p, t, L.Of(2.030480675161522786e-7));
            p = L.Fma(p, t, L.Of(-4.303558760359961211e-7));
            p = L.Fma(p, t, L.Of(9.578663334114757713e-7));
            p = L.Fma(p, t, L.Of(-2.044920146701511503e-6));
            p = L.Fma(p, t, L.Of(4.374374916915130721e-6));
            p = L.Fma(p, t, L.Of(-9.438458716242811165e-6));
            p = L.Fma(p, t, L.Of(0.00002050726741605778761));
            p = L.Fma(p, t, L.Of(-0.00004492635110383333107));
            p = L.Fma(p, t, L.Of(0.00009945750909889391572));
            p = L.Fma(p, t, L.Of(-0.0002231547507452036728));
            p = L.Fma(p, t, L.Of(0.0005096695248853096064));
            p = L.Fma(p, t, L.Of(-0.001192753912001022628));
            p = L.Fma(p, t, L.Of(0.002890510330738736988));
            p = L.Fma(p, t, L.Of(-0.007385551028668153676));
            p = L.Fma(p, t, L.Of(0.02058080842778456902));
            p = L.Fma(p, t, L.Of(-0.06735230105319813938));
            p = L.Fma(p, t, L.Of(0.3224670334241132182));
            p = L.Fma(p, t, L.Of(0.4227843350984671394));
            return p;
        }
    }

    /// <summary>x · (ln Γ(x) − (x − ½)(ln x − 1) − ½ (ln 2π − 1)) with u = 1 / x², x ≥ 8, within 2^-33 and
    /// 2^-66.</summary>
    [MethodImpl(Inline)]
    public static L Stirling<L, E>(L u)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (typeof(E) == typeof(float))
        {
            var p = L.Of(0.000780034719);
            p = L.Fma(p, u, L.Of(-0.002777698545));
            p = L.Fma(p, u, L.Of(0.08333333326));
            return p;
        }
        else
        {
            var p = L.Of(-0.02085582083746311512);
            p = L.Fma(p, u, L.Of(0.006208136766229793359));
            p = L.Fma(p, u, L.Of(-0.001914965912162906999));
            p = L.Fma(p, u, L.Of(0.0008417325268022404654));
            p = L.Fma(p, u, L.Of(-0.0005952380234291253412));
            p = L.Fma(p, u, L.Of(0.000793650793511728205));
            p = L.Fma(p, u, L.Of(-0.002777777777777674757));
            p = L.Fma(p, u, L.Of(0.08333333333333333332));
            return p;
        }
    }
}
