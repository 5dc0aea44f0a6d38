using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>512 bits of lanes: 16 float or 8 double.</summary>
/// <remarks>Lanes256 and Lanes128 are this text with the number replaced; a test keeps them so.</remarks>
readonly unsafe struct Lanes512<E>(Vector512<E> value) : ILanes<Lanes512<E>, E>
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    readonly Vector512<E> _v = value;

    static bool Single
    {
        [MethodImpl(Inline)]
        get => typeof(E) == typeof(float);
    }

    public static int Width
    {
        [MethodImpl(Inline)]
        get => Vector512<E>.Count;
    }

    public static Lanes512<E> Zero
    {
        [MethodImpl(Inline)]
        get => default;
    }

    [MethodImpl(Inline)]
    public static Lanes512<E> Load(E* source) => new(Vector512.Load(source));

    [MethodImpl(Inline)]
    public static Lanes512<E> LoadPartial(E* source, int count) => new(PartialLanes.Load512(source, count));

    [MethodImpl(Inline)]
    public static void Store(Lanes512<E> value, E* destination) => value._v.Store(destination);

    [MethodImpl(Inline)]
    public static void StorePartial(Lanes512<E> value, E* destination, int count) =>
        PartialLanes.Store512(value._v, destination, count);

    [MethodImpl(Inline)]
    public static Lanes512<E> Splat(E value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static Lanes512<E> Of(double value) =>
        new(Single ? Vector512.Create((float)value).As<float, E>() : Vector512.Create(value).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> operator +(Lanes512<E> left, Lanes512<E> right) => new(left._v + right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> operator -(Lanes512<E> left, Lanes512<E> right) => new(left._v - right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> operator *(Lanes512<E> left, Lanes512<E> right) => new(left._v * right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> operator /(Lanes512<E> left, Lanes512<E> right) => new(left._v / right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> operator -(Lanes512<E> value) => Xor(value, Of(-0.0));

    [MethodImpl(Inline)]
    public static Lanes512<E> Fma(Lanes512<E> a, Lanes512<E> b, Lanes512<E> c) => new(Single
        ? Vector512.FusedMultiplyAdd(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, E>()
        : Vector512.FusedMultiplyAdd(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> FmaAt(Lanes512<E> a, E* b, Lanes512<E> c) => new(Single
        ? Vector512.FusedMultiplyAdd(a._v.AsSingle(), Vector512.Load((float*)b), c._v.AsSingle()).As<float, E>()
        : Vector512.FusedMultiplyAdd(a._v.AsDouble(), Vector512.Load((double*)b), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> Min(Lanes512<E> left, Lanes512<E> right) => new(Vector512.Min(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> Max(Lanes512<E> left, Lanes512<E> right) => new(Vector512.Max(left._v, right._v));

    // The x86 instruction gives its second operand unless the first is larger.
    [MethodImpl(Inline)]
    public static Lanes512<E> AtLeast(Lanes512<E> value, Lanes512<E> bound) => X86Base.IsSupported
        ? new(Vector512.MaxNative(bound._v, value._v))
        : Select(LessThan(value, bound), bound, value);

    [MethodImpl(Inline)]
    public static Lanes512<E> AtMost(Lanes512<E> value, Lanes512<E> bound) => X86Base.IsSupported
        ? new(Vector512.MinNative(bound._v, value._v))
        : Select(LessThan(bound, value), bound, value);

    [MethodImpl(Inline)]
    public static Lanes512<E> Scale(Lanes512<E> value, Lanes512<E> n) => PowerLanes.IsSupported
        ? new(PowerLanes.Scale512(value._v, n._v))
        : LaneMath.ScaleInTwo<Lanes512<E>, E>(value, n);

    [MethodImpl(Inline)]
    public static Lanes512<E> Sqrt(Lanes512<E> value) => new(Vector512.Sqrt(value._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> Abs(Lanes512<E> value) => new(Vector512.Abs(value._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> Floor(Lanes512<E> value) => new(Single
        ? Vector512.Floor(value._v.AsSingle()).As<float, E>()
        : Vector512.Floor(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> Ceiling(Lanes512<E> value) => new(Single
        ? Vector512.Ceiling(value._v.AsSingle()).As<float, E>()
        : Vector512.Ceiling(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> Round(Lanes512<E> value) => new(Single
        ? Vector512.Round(value._v.AsSingle()).As<float, E>()
        : Vector512.Round(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> Truncate(Lanes512<E> value) => new(Single
        ? Vector512.Truncate(value._v.AsSingle()).As<float, E>()
        : Vector512.Truncate(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> LessThan(Lanes512<E> left, Lanes512<E> right) =>
        new(Vector512.LessThan(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> LessOrEqual(Lanes512<E> left, Lanes512<E> right) =>
        new(Vector512.LessThanOrEqual(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> Equal(Lanes512<E> left, Lanes512<E> right) => new(Vector512.Equals(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> Select(Lanes512<E> mask, Lanes512<E> left, Lanes512<E> right) =>
        new(Vector512.ConditionalSelect(mask._v, left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> SelectLess(Lanes512<E> x, Lanes512<E> y, Lanes512<E> left, Lanes512<E> right) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(x._v, y._v), left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> And(Lanes512<E> left, Lanes512<E> right) => new(left._v & right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> Or(Lanes512<E> left, Lanes512<E> right) => new(left._v | right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> Xor(Lanes512<E> left, Lanes512<E> right) => new(left._v ^ right._v);

    [MethodImpl(Inline)]
    public static Lanes512<E> AndNot(Lanes512<E> left, Lanes512<E> right) =>
        new(Vector512.AndNot(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes512<E> ShiftLeft(Lanes512<E> value, int count) => new(Single
        ? Vector512.ShiftLeft(value._v.AsInt32(), count).As<int, E>()
        : Vector512.ShiftLeft(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> ShiftRight(Lanes512<E> value, int count) => new(Single
        ? Vector512.ShiftRightLogical(value._v.AsInt32(), count).As<int, E>()
        : Vector512.ShiftRightLogical(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes512<E> AddBits(Lanes512<E> left, Lanes512<E> right) => new(Single
        ? (left._v.AsInt32() + right._v.AsInt32()).As<int, E>()
        : (left._v.AsInt64() + right._v.AsInt64()).As<long, E>());
}
