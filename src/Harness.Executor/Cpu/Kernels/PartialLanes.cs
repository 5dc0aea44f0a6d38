using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Loads and stores of the first few lanes that touch no memory beyond them, whatever page follows.</summary>
/// <remarks>x86 masks suppress faults of the lanes they leave out; elsewhere the bytes pass through a register-sized
/// copy on the stack.</remarks>
static unsafe class PartialLanes
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The first <paramref name="count"/> elements, the others zero.</summary>
    [MethodImpl(Inline)]
    public static Vector512<E> Load512<E>(E* source, int count) where E : unmanaged
    {
        if (!Avx512F.IsSupported) return Copy<Vector512<E>>(source, count * sizeof(E));
        return typeof(E) == typeof(float)
            ? Avx512F.MaskLoad((float*)source, First512Single(count), default).As<float, E>()
            : Avx512F.MaskLoad((double*)source, First512Double(count), default).As<double, E>();
    }

    /// <summary>Stores the first <paramref name="count"/> elements.</summary>
    [MethodImpl(Inline)]
    public static void Store512<E>(Vector512<E> value, E* destination, int count) where E : unmanaged
    {
        if (!Avx512F.IsSupported) Copy(value, destination, count * sizeof(E));
        else if (typeof(E) == typeof(float))
            Avx512F.MaskStore((float*)destination, First512Single(count), value.AsSingle());
        else
            Avx512F.MaskStore((double*)destination, First512Double(count), value.AsDouble());
    }

    /// <inheritdoc cref="Load512{E}"/>
    [MethodImpl(Inline)]
    public static Vector256<E> Load256<E>(E* source, int count) where E : unmanaged
    {
        if (!Avx2.IsSupported) return Copy<Vector256<E>>(source, count * sizeof(E));
        return typeof(E) == typeof(float)
            ? Avx.MaskLoad((float*)source, First256Single(count)).As<float, E>()
            : Avx.MaskLoad((double*)source, First256Double(count)).As<double, E>();
    }

    /// <inheritdoc cref="Store512{E}"/>
    [MethodImpl(Inline)]
    public static void Store256<E>(Vector256<E> value, E* destination, int count) where E : unmanaged
    {
        if (!Avx2.IsSupported) Copy(value, destination, count * sizeof(E));
        else if (typeof(E) == typeof(float))
            Avx.MaskStore((float*)destination, First256Single(count), value.AsSingle());
        else
            Avx.MaskStore((double*)destination, First256Double(count), value.AsDouble());
    }

    /// <inheritdoc cref="Load512{E}"/>
    [MethodImpl(Inline)]
    public static Vector128<E> Load128<E>(E* source, int count) where E : unmanaged
    {
        if (!Avx.IsSupported) return Copy<Vector128<E>>(source, count * sizeof(E));
        return typeof(E) == typeof(float)
            ? Avx.MaskLoad((float*)source, First128Single(count)).As<float, E>()
            : Avx.MaskLoad((double*)source, First128Double(count)).As<double, E>();
    }

    /// <inheritdoc cref="Store512{E}"/>
    [MethodImpl(Inline)]
    public static void Store128<E>(Vector128<E> value, E* destination, int count) where E : unmanaged
    {
        if (!Avx.IsSupported) Copy(value, destination, count * sizeof(E));
        else if (typeof(E) == typeof(float))
            Avx.MaskStore((float*)destination, First128Single(count), value.AsSingle());
        else
            Avx.MaskStore((double*)destination, First128Double(count), value.AsDouble());
    }

    [MethodImpl(Inline)]
    static Vector512<float> First512Single(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector512<double> First512Double(int count) =>
        Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();

    [MethodImpl(Inline)]
    static Vector256<float> First256Single(int count) =>
        Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector256<double> First256Double(int count) =>
        Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble();

    [MethodImpl(Inline)]
    static Vector128<float> First128Single(int count) =>
        Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector128<double> First128Double(int count) =>
        Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).AsDouble();

    // Not inlined: the address-taken copy would keep its caller's registers in memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static V Copy<V>(void* source, int bytes) where V : unmanaged
    {
        V value = default;
        Unsafe.CopyBlockUnaligned(&value, source, (uint)bytes);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Copy<V>(V value, void* destination, int bytes) where V : unmanaged =>
        Unsafe.CopyBlockUnaligned(destination, &value, (uint)bytes);
}
