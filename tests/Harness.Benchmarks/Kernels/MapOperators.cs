using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>The element-wise operators that are measured.</summary>
static class MapOperators
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>e^x.</summary>
    public readonly struct Exp : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Exp<L, E>(x);
    }

    /// <summary>x σ(x).</summary>
    public readonly struct SiLU : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * LaneMath.Sigmoid<L, E>(x);
    }

    /// <summary>tanh x.</summary>
    public readonly struct Tanh : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Tanh<L, E>(x);
    }

    /// <summary>x Φ(x) by erf.</summary>
    public readonly struct Gelu : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            x * L.Of(0.5) * (L.Of(1) + LaneMath.Erf<L, E>(x * L.Of(0.7071067811865476)));
    }

    /// <summary>log |x|.</summary>
    public readonly struct Log : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log<L, E>(L.Abs(x));
    }

    /// <summary>x tanh(log1p(e^x)).</summary>
    public readonly struct Mish : IUnary
    {
        /// <inheritdoc/>
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            x * LaneMath.Tanh<L, E>(LaneMath.Log1p<L, E>(LaneMath.Exp<L, E>(x)));
    }
}
