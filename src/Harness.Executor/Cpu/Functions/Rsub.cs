using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary><c>a - b · x</c>, rounded once.</summary>
readonly struct RsubNumberMinus : IUnary
{
    public static bool Short => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(-L.Splat(a.B), x, L.Splat(a.A));
}

/// <summary><c>y - a · x</c>, rounded once.</summary>
readonly struct RsubReversed : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, L y, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(-L.Splat(a.A), x, y);
}
