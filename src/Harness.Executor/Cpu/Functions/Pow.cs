using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary><c>x²</c>.</summary>
readonly struct PowSquare : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * x;
}

/// <summary><c>x³</c>.</summary>
readonly struct PowCube : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * x * x;
}

/// <summary><c>√x</c>.</summary>
readonly struct PowRoot : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Sqrt(x);
}

/// <summary><c>1 / √x</c>.</summary>
readonly struct PowInverseRoot : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / L.Sqrt(x);
}

/// <summary><c>1 / x</c>.</summary>
readonly struct PowInverse : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / x;
}

/// <summary><c>1 / x²</c>.</summary>
readonly struct PowInverseSquare : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / (x * x);
}

/// <summary><c>xᵃ</c>.</summary>
readonly struct PowByNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Pow<L, E>(x, L.Splat(a.A));
}

/// <summary><c>aˣ</c>.</summary>
readonly struct PowOfNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Pow<L, E>(L.Splat(a.A), x);
}

/// <summary><c>xʸ</c>.</summary>
readonly struct PowOfTwo : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Pow<L, E>(x, y);
}
