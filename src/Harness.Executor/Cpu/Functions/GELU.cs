using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

// The numbers are 1/√2 and √(2/π), to the last bit of a double.
/// <summary><c>x/2 · (1 + erf(x/√2))</c>.</summary>
readonly struct GELUExact : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        L.Of(0.5) * x * (L.Of(1) + LaneMath.Erf<L, E>(x * L.Of(0.70710678118654752440)));
}

/// <summary><c>x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))</c>.</summary>
readonly struct GELUTanhForm : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        L.Of(0.5) * x * (L.Of(1)
            + LaneMath.Tanh<L, E>(L.Of(0.79788456080286535588) * L.Fma(L.Of(0.044715) * x * x, x, x)));
}
