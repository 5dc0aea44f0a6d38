using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>See <see cref="Ops.Sin"/>.</summary>
readonly struct SinFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Sin<L, E>(x);
}

/// <summary>See <see cref="Ops.Cos"/>.</summary>
readonly struct CosFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Cos<L, E>(x);
}

/// <summary>See <see cref="Ops.Tan"/>.</summary>
readonly struct TanFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Tan<L, E>(x);
}

/// <summary>See <see cref="Ops.Asin"/>.</summary>
readonly struct AsinFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Asin<L, E>(x);
}

/// <summary>See <see cref="Ops.Acos"/>.</summary>
readonly struct AcosFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Acos<L, E>(x);
}

/// <summary>See <see cref="Ops.Atan"/>.</summary>
readonly struct AtanFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneTrigonometry.Atan<L, E>(x);
}

/// <summary>See <see cref="Ops.Sinh"/>.</summary>
readonly struct SinhFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Sinh<L, E>(x);
}

/// <summary>See <see cref="Ops.Cosh"/>.</summary>
readonly struct CoshFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Cosh<L, E>(x);
}

/// <summary>See <see cref="Ops.Asinh"/>.</summary>
readonly struct AsinhFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Asinh<L, E>(x);
}

/// <summary>See <see cref="Ops.Acosh"/>.</summary>
readonly struct AcoshFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Acosh<L, E>(x);
}

/// <summary>See <see cref="Ops.Atanh"/>.</summary>
readonly struct AtanhFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Atanh<L, E>(x);
}

/// <summary>See <see cref="Ops.Log"/>.</summary>
readonly struct LogFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log<L, E>(x);
}

/// <summary>See <see cref="Ops.Log2"/>.</summary>
readonly struct Log2Function : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Log2<L, E>(x);
}

/// <summary>See <see cref="Ops.Log10"/>.</summary>
readonly struct Log10Function : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Log10<L, E>(x);
}

/// <summary>See <see cref="Ops.Log1p"/>.</summary>
readonly struct Log1pFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Log1p<L, E>(x);
}

/// <summary>See <see cref="Ops.Expm1"/>.</summary>
readonly struct Expm1Function : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Expm1<L, E>(x);
}

/// <summary>See <see cref="Ops.Exp2"/>.</summary>
readonly struct Exp2Function : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LanePowers.Exp2<L, E>(x);
}

/// <summary>See <see cref="Ops.Erf"/>.</summary>
readonly struct ErfFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneMath.Erf<L, E>(x);
}

/// <summary>See <see cref="Ops.Erfc"/>.</summary>
readonly struct ErfcFunction : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Apply<L, E>(L x, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => LaneHyperbolic.Erfc<L, E>(x);
}
