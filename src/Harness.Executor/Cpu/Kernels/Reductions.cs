using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A reduction: how an element joins an accumulator and how two accumulators join.</summary>
interface IReduction
{
    /// <summary>The value of an empty reduction.</summary>
    static abstract L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>An accumulator with one more element; <paramref name="centre"/> is what deviations are from, else
    /// 0.</summary>
    static abstract L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>Two accumulators as one.</summary>
    static abstract L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary>Σx.</summary>
readonly struct SumReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator + x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>Σ(x − centre).</summary>
readonly struct ShiftReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator + (x - centre);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>Σ(x − centre)², each square joining by a fused multiply-add.</summary>
readonly struct DeviationReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var deviation = x - centre;
        return L.Fma(deviation, deviation, accumulator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>The largest; NaN when any is NaN.</summary>
readonly struct MaxReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(double.NegativeInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(left, right);
}

/// <summary>The smallest; NaN when any is NaN.</summary>
readonly struct MinReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(left, right);
}

/// <summary>Πx.</summary>
readonly struct ProductReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left * right;
}

/// <summary>Σ|x|.</summary>
readonly struct MagnitudeReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => accumulator + L.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>The largest |x|; NaN when any is NaN.</summary>
readonly struct LargestMagnitudeReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(accumulator, L.Abs(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(left, right);
}

/// <summary>The smallest |x|; NaN when any is NaN.</summary>
readonly struct SmallestMagnitudeReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(double.PositiveInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(accumulator, L.Abs(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(left, right);
}

/// <summary>How many are not 0.</summary>
readonly struct NonzeroReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => 
            accumulator + L.AndNot(L.Of(1), L.Equal(x, L.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>Σ exp(x − centre).</summary>
readonly struct ExponentialReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => 
            accumulator + Map.Apart<ExpFunction, L, E>(x - centre, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}

/// <summary>Σ |x|^centre.</summary>
readonly struct PowerReduction : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Identity<L, E>()
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Step<L, E>(L accumulator, L x, L centre)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => 
            accumulator + LanePowers.Pow<L, E>(L.Abs(x), centre);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Combine<L, E>(L left, L right)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => left + right;
}
