using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Softplus"/>: of beta and the threshold.</summary>
readonly struct SoftplusFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var scaled = x * L.Splat(a.A);
        var soft = LaneMath.Log1p<L, E>(LaneMath.Exp<L, E>(scaled)) / L.Splat(a.A);
        return L.Select(L.LessThan(L.Splat(a.B), scaled), x, soft);
    }
}

/// <summary>See <see cref="Ops.Mish"/>: with n = eˣ (eˣ + 2) the tangent is n / (n + 2).</summary>
readonly struct MishFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // Beyond, the tangent is 1, and the square of eˣ need not be one that overflows.
        var e = LaneMath.Exp<L, E>(L.AtMost(x, L.Of(22)));
        var n = e * (e + L.Of(2));
        return x * (n / (n + L.Of(2)));
    }
}

/// <summary>See <see cref="Ops.LogSigmoid"/>: what overflows nowhere.</summary>
readonly struct LogSigmoidFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var e = LaneMath.Exp<L, E>(L.Or(x, L.Of(-0.0)));
        return L.AtMost(x, L.Zero) - LaneMath.Log1p<L, E>(e);
    }
}

/// <summary>See <see cref="Ops.Threshold"/>: of the limit and the value.</summary>
readonly struct ThresholdFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.Select(L.LessOrEqual(x, L.Splat(a.A)), L.Splat(a.B), x);
}

/// <summary>See <see cref="Ops.Hardshrink"/>.</summary>
readonly struct HardshrinkFunction : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.Select(L.LessOrEqual(L.Abs(x), L.Splat(a.A)), L.Zero, x);
}

/// <summary>See <see cref="Ops.Softshrink"/>; NaN stays.</summary>
readonly struct SoftshrinkFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var by = L.Splat(a.A);
        return L.Select(L.LessThan(by, x), x - by, L.Select(L.LessThan(x, -by), x + by, x * L.Zero));
    }
}

/// <summary><c>scale · (x &gt; 0 ? x : alpha · (exp(inner · x) - 1))</c>, of alpha, scale and inner.</summary>
readonly struct ELUScaled : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var below = L.Splat(a.A) * L.Splat(a.B) * LaneMath.Expm1<L, E>(x * L.Splat(a.C));
        return L.Select(L.LessThan(L.Zero, x), x * L.Splat(a.B), below);
    }
}

/// <summary>See <see cref="Ops.GLU"/>: of the two halves.</summary>
readonly struct GLUFunction : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * LaneMath.Sigmoid<L, E>(y);
}
