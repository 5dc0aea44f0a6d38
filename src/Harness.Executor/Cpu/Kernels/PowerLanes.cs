using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>AVX-512's product with a power of two, which rounds once: the bits of
/// <see cref="LaneMath.ScaleInTwo"/>.</summary>
static class PowerLanes
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>True where the instruction exists in every width.</summary>
    public static bool IsSupported
    {
        [MethodImpl(Inline)]
        get => Avx512F.VL.IsSupported;
    }

    /// <summary>value · 2ⁿ.</summary>
    [MethodImpl(Inline)]
    public static Vector512<E> Scale512<E>(Vector512<E> value, Vector512<E> n)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => typeof(E) == typeof(float)
            ? Avx512F.Scale(value.AsSingle(), n.AsSingle()).As<float, E>()
            : Avx512F.Scale(value.AsDouble(), n.AsDouble()).As<double, E>();

    /// <summary>value · 2ⁿ.</summary>
    [MethodImpl(Inline)]
    public static Vector256<E> Scale256<E>(Vector256<E> value, Vector256<E> n)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => typeof(E) == typeof(float)
            ? Avx512F.VL.Scale(value.AsSingle(), n.AsSingle()).As<float, E>()
            : Avx512F.VL.Scale(value.AsDouble(), n.AsDouble()).As<double, E>();

    /// <summary>value · 2ⁿ.</summary>
    [MethodImpl(Inline)]
    public static Vector128<E> Scale128<E>(Vector128<E> value, Vector128<E> n)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => typeof(E) == typeof(float)
            ? Avx512F.VL.Scale(value.AsSingle(), n.AsSingle()).As<float, E>()
            : Avx512F.VL.Scale(value.AsDouble(), n.AsDouble()).As<double, E>();
}
