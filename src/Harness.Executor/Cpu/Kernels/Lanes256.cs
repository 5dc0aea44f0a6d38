using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>256 bits of lanes: 8 float or 4 double.</summary>
/// <remarks>Lanes512 with the number replaced; a test keeps it so.</remarks>
readonly unsafe struct Lanes256<E>(Vector256<E> value) : ILanes<Lanes256<E>, E>
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    readonly Vector256<E> _v = value;

    static bool Single
    {
        [MethodImpl(Inline)]
        get => typeof(E) == typeof(float);
    }

    public static int Width
    {
        [MethodImpl(Inline)]
        get => Vector256<E>.Count;
    }

    public static Lanes256<E> Zero
    {
        [MethodImpl(Inline)]
        get => default;
    }

    [MethodImpl(Inline)]
    public static Lanes256<E> Load(E* source) => new(Vector256.Load(source));

    [MethodImpl(Inline)]
    public static Lanes256<E> LoadPartial(E* source, int count) => new(PartialLanes.Load256(source, count));

    [MethodImpl(Inline)]
    public static void Store(Lanes256<E> value, E* destination) => value._v.Store(destination);

    [MethodImpl(Inline)]
    public static void StorePartial(Lanes256<E> value, E* destination, int count) =>
        PartialLanes.Store256(value._v, destination, count);

    [MethodImpl(Inline)]
    public static Lanes256<E> Splat(E value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Lanes256<E> Of(double value) =>
        new(Single ? Vector256.Create((float)value).As<float, E>() : Vector256.Create(value).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> operator +(Lanes256<E> left, Lanes256<E> right) => new(left._v + right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> operator -(Lanes256<E> left, Lanes256<E> right) => new(left._v - right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> operator *(Lanes256<E> left, Lanes256<E> right) => new(left._v * right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> operator /(Lanes256<E> left, Lanes256<E> right) => new(left._v / right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> operator -(Lanes256<E> value) => Xor(value, Of(-0.0));

    [MethodImpl(Inline)]
    public static Lanes256<E> Fma(Lanes256<E> a, Lanes256<E> b, Lanes256<E> c) => new(Single
        ? Vector256.FusedMultiplyAdd(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, E>()
        : Vector256.FusedMultiplyAdd(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> FmaAt(Lanes256<E> a, E* b, Lanes256<E> c) => new(Single
        ? Vector256.FusedMultiplyAdd(a._v.AsSingle(), Vector256.Load((float*)b), c._v.AsSingle()).As<float, E>()
        : Vector256.FusedMultiplyAdd(a._v.AsDouble(), Vector256.Load((double*)b), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> Min(Lanes256<E> left, Lanes256<E> right) => new(Vector256.Min(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> Max(Lanes256<E> left, Lanes256<E> right) => new(Vector256.Max(left._v, right._v));

    // The x86 instruction gives its second operand unless the first is larger.
    [MethodImpl(Inline)]
    public static Lanes256<E> AtLeast(Lanes256<E> value, Lanes256<E> bound) => X86Base.IsSupported
        ? new(Vector256.MaxNative(bound._v, value._v))
        : Select(LessThan(value, bound), bound, value);

    [MethodImpl(Inline)]
    public static Lanes256<E> AtMost(Lanes256<E> value, Lanes256<E> bound) => X86Base.IsSupported
        ? new(Vector256.MinNative(bound._v, value._v))
        : Select(LessThan(bound, value), bound, value);

    [MethodImpl(Inline)]
    public static Lanes256<E> Scale(Lanes256<E> value, Lanes256<E> n) => PowerLanes.IsSupported
        ? new(PowerLanes.Scale256(value._v, n._v))
        : LaneMath.ScaleInTwo<Lanes256<E>, E>(value, n);

    [MethodImpl(Inline)]
    public static Lanes256<E> Sqrt(Lanes256<E> value) => new(Vector256.Sqrt(value._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> Abs(Lanes256<E> value) => new(Vector256.Abs(value._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> Floor(Lanes256<E> value) => new(Single
        ? Vector256.Floor(value._v.AsSingle()).As<float, E>()
        : Vector256.Floor(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> Ceiling(Lanes256<E> value) => new(Single
        ? Vector256.Ceiling(value._v.AsSingle()).As<float, E>()
        : Vector256.Ceiling(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> Round(Lanes256<E> value) => new(Single
        ? Vector256.Round(value._v.AsSingle()).As<float, E>()
        : Vector256.Round(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> Truncate(Lanes256<E> value) => new(Single
        ? Vector256.Truncate(value._v.AsSingle()).As<float, E>()
        : Vector256.Truncate(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> LessThan(Lanes256<E> left, Lanes256<E> right) =>
        new(Vector256.LessThan(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> LessOrEqual(Lanes256<E> left, Lanes256<E> right) =>
        new(Vector256.LessThanOrEqual(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> Equal(Lanes256<E> left, Lanes256<E> right) => new(Vector256.Equals(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> Select(Lanes256<E> mask, Lanes256<E> left, Lanes256<E> right) =>
        new(Vector256.ConditionalSelect(mask._v, left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> SelectLess(Lanes256<E> x, Lanes256<E> y, Lanes256<E> left, Lanes256<E> right) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(x._v, y._v), left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> And(Lanes256<E> left, Lanes256<E> right) => new(left._v & right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> Or(Lanes256<E> left, Lanes256<E> right) => new(left._v | right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> Xor(Lanes256<E> left, Lanes256<E> right) => new(left._v ^ right._v);

    [MethodImpl(Inline)]
    public static Lanes256<E> AndNot(Lanes256<E> left, Lanes256<E> right) =>
        new(Vector256.AndNot(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes256<E> ShiftLeft(Lanes256<E> value, int count) => new(Single
        ? Vector256.ShiftLeft(value._v.AsInt32(), count).As<int, E>()
        : Vector256.ShiftLeft(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> ShiftRight(Lanes256<E> value, int count) => new(Single
        ? Vector256.ShiftRightLogical(value._v.AsInt32(), count).As<int, E>()
        : Vector256.ShiftRightLogical(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes256<E> AddBits(Lanes256<E> left, Lanes256<E> right) => new(Single
        ? (left._v.AsInt32() + right._v.AsInt32()).As<int, E>()
        : (left._v.AsInt64() + right._v.AsInt64()).As<long, E>());
}
