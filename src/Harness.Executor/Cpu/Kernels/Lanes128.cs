using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>128 bits of lanes: 4 float or 2 double.</summary>
/// <remarks>Lanes512 with the number replaced; a test keeps it so.</remarks>
readonly unsafe struct Lanes128<E>(Vector128<E> value) : ILanes<Lanes128<E>, E>
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    readonly Vector128<E> _v = value;

    static bool Single
    {
        [MethodImpl(Inline)]
        get => typeof(E) == typeof(float);
    }

    public static int Width
    {
        [MethodImpl(Inline)]
        get => Vector128<E>.Count;
    }

    public static Lanes128<E> Zero
    {
        [MethodImpl(Inline)]
        get => default;
    }

    [MethodImpl(Inline)]
    public static Lanes128<E> Load(E* source) => new(Vector128.Load(source));

    [MethodImpl(Inline)]
    public static Lanes128<E> LoadPartial(E* source, int count) => new(PartialLanes.Load128(source, count));

    [MethodImpl(Inline)]
    public static void Store(Lanes128<E> value, E* destination) => value._v.Store(destination);

    [MethodImpl(Inline)]
    public static void StorePartial(Lanes128<E> value, E* destination, int count) =>
        PartialLanes.Store128(value._v, destination, count);

    [MethodImpl(Inline)]
    public static Lanes128<E> Splat(E value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Lanes128<E> Of(double value) =>
        new(Single ? Vector128.Create((float)value).As<float, E>() : Vector128.Create(value).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> operator +(Lanes128<E> left, Lanes128<E> right) => new(left._v + right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> operator -(Lanes128<E> left, Lanes128<E> right) => new(left._v - right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> operator *(Lanes128<E> left, Lanes128<E> right) => new(left._v * right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> operator /(Lanes128<E> left, Lanes128<E> right) => new(left._v / right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> operator -(Lanes128<E> value) => Xor(value, Of(-0.0));

    [MethodImpl(Inline)]
    public static Lanes128<E> Fma(Lanes128<E> a, Lanes128<E> b, Lanes128<E> c) => new(Single
        ? Vector128.FusedMultiplyAdd(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, E>()
        : Vector128.FusedMultiplyAdd(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> FmaAt(Lanes128<E> a, E* b, Lanes128<E> c) => new(Single
        ? Vector128.FusedMultiplyAdd(a._v.AsSingle(), Vector128.Load((float*)b), c._v.AsSingle()).As<float, E>()
        : Vector128.FusedMultiplyAdd(a._v.AsDouble(), Vector128.Load((double*)b), c._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> Min(Lanes128<E> left, Lanes128<E> right) => new(Vector128.Min(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> Max(Lanes128<E> left, Lanes128<E> right) => new(Vector128.Max(left._v, right._v));

    // The x86 instruction gives its second operand unless the first is larger.
    [MethodImpl(Inline)]
    public static Lanes128<E> AtLeast(Lanes128<E> value, Lanes128<E> bound) => X86Base.IsSupported
        ? new(Vector128.MaxNative(bound._v, value._v))
        : Select(LessThan(value, bound), bound, value);

    [MethodImpl(Inline)]
    public static Lanes128<E> AtMost(Lanes128<E> value, Lanes128<E> bound) => X86Base.IsSupported
        ? new(Vector128.MinNative(bound._v, value._v))
        : Select(LessThan(bound, value), bound, value);

    [MethodImpl(Inline)]
    public static Lanes128<E> Scale(Lanes128<E> value, Lanes128<E> n) => PowerLanes.IsSupported
        ? new(PowerLanes.Scale128(value._v, n._v))
        : LaneMath.ScaleInTwo<Lanes128<E>, E>(value, n);

    [MethodImpl(Inline)]
    public static Lanes128<E> Sqrt(Lanes128<E> value) => new(Vector128.Sqrt(value._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> Abs(Lanes128<E> value) => new(Vector128.Abs(value._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> Floor(Lanes128<E> value) => new(Single
        ? Vector128.Floor(value._v.AsSingle()).As<float, E>()
        : Vector128.Floor(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> Ceiling(Lanes128<E> value) => new(Single
        ? Vector128.Ceiling(value._v.AsSingle()).As<float, E>()
        : Vector128.Ceiling(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> Round(Lanes128<E> value) => new(Single
        ? Vector128.Round(value._v.AsSingle()).As<float, E>()
        : Vector128.Round(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> Truncate(Lanes128<E> value) => new(Single
        ? Vector128.Truncate(value._v.AsSingle()).As<float, E>()
        : Vector128.Truncate(value._v.AsDouble()).As<double, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> LessThan(Lanes128<E> left, Lanes128<E> right) =>
        new(Vector128.LessThan(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> LessOrEqual(Lanes128<E> left, Lanes128<E> right) =>
        new(Vector128.LessThanOrEqual(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> Equal(Lanes128<E> left, Lanes128<E> right) => new(Vector128.Equals(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> Select(Lanes128<E> mask, Lanes128<E> left, Lanes128<E> right) =>
        new(Vector128.ConditionalSelect(mask._v, left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> SelectLess(Lanes128<E> x, Lanes128<E> y, Lanes128<E> left, Lanes128<E> right) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(x._v, y._v), left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> And(Lanes128<E> left, Lanes128<E> right) => new(left._v & right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> Or(Lanes128<E> left, Lanes128<E> right) => new(left._v | right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> Xor(Lanes128<E> left, Lanes128<E> right) => new(left._v ^ right._v);

    [MethodImpl(Inline)]
    public static Lanes128<E> AndNot(Lanes128<E> left, Lanes128<E> right) =>
        new(Vector128.AndNot(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes128<E> ShiftLeft(Lanes128<E> value, int count) => new(Single
        ? Vector128.ShiftLeft(value._v.AsInt32(), count).As<int, E>()
        : Vector128.ShiftLeft(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> ShiftRight(Lanes128<E> value, int count) => new(Single
        ? Vector128.ShiftRightLogical(value._v.AsInt32(), count).As<int, E>()
        : Vector128.ShiftRightLogical(value._v.AsInt64(), count).As<long, E>());

    [MethodImpl(Inline)]
    public static Lanes128<E> AddBits(Lanes128<E> left, Lanes128<E> right) => new(Single
        ? (left._v.AsInt32() + right._v.AsInt32()).As<int, E>()
        : (left._v.AsInt64() + right._v.AsInt64()).As<long, E>());
}
