using System.Numerics;

namespace Harness.Executor.Cpu;

/// <summary>A question about one number.</summary>
interface IPredicate
{
    /// <summary>Its answer.</summary>
    static abstract bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary>See <see cref="Ops.IsNan"/>.</summary>
readonly struct IsNanPredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsNaN(x);
}

/// <summary>See <see cref="Ops.IsInf"/>.</summary>
readonly struct IsInfPredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsInfinity(x);
}

/// <summary>See <see cref="Ops.IsPosInf"/>.</summary>
readonly struct IsPosInfPredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsPositiveInfinity(x);
}

/// <summary>See <see cref="Ops.IsNegInf"/>.</summary>
readonly struct IsNegInfPredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsNegativeInfinity(x);
}

/// <summary>See <see cref="Ops.IsFinite"/>.</summary>
readonly struct IsFinitePredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsFinite(x);
}

/// <summary>See <see cref="Ops.Signbit"/>.</summary>
readonly struct SignbitPredicate : IPredicate
{
    public static bool Test<E>(E x) where E : unmanaged, IBinaryFloatingPointIeee754<E> => E.IsNegative(x);
}
