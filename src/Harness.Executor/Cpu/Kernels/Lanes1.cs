using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>One lane: the scalar that every wider register must equal.</summary>
readonly unsafe struct Lanes1<E>(E value) : ILanes<Lanes1<E>, E>
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    readonly E _v = value;

    static bool Single
    {
        [MethodImpl(Inline)]
        get => typeof(E) == typeof(float);
    }

    public static int Width
    {
        [MethodImpl(Inline)]
        get => 1;
    }

    public static Lanes1<E> Zero
    {
        [MethodImpl(Inline)]
        get => default;
    }

    [MethodImpl(Inline)]
    public static Lanes1<E> Load(E* source) => new(*source);

    [MethodImpl(Inline)]
    public static Lanes1<E> LoadPartial(E* source, int count) => count > 0 ? new(*source) : default;

    [MethodImpl(Inline)]
    public static void Store(Lanes1<E> value, E* destination) => *destination = value._v;

    [MethodImpl(Inline)]
    public static void StorePartial(Lanes1<E> value, E* destination, int count)
    {
        if (count > 0) *destination = value._v;
    }

    [MethodImpl(Inline)]
    public static Lanes1<E> Splat(E value) => new(value);

    [MethodImpl(Inline)]
    public static Lanes1<E> Of(double value) =>
        new(Single ? Unsafe.BitCast<float, E>((float)value) : Unsafe.BitCast<double, E>(value));

    [MethodImpl(Inline)]
    public static Lanes1<E> operator +(Lanes1<E> left, Lanes1<E> right) => new(left._v + right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> operator -(Lanes1<E> left, Lanes1<E> right) => new(left._v - right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> operator *(Lanes1<E> left, Lanes1<E> right) => new(left._v * right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> operator /(Lanes1<E> left, Lanes1<E> right) => new(left._v / right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> operator -(Lanes1<E> value) => Xor(value, Of(-0.0));

    [MethodImpl(Inline)]
    public static Lanes1<E> Fma(Lanes1<E> a, Lanes1<E> b, Lanes1<E> c) => new(E.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> FmaAt(Lanes1<E> a, E* b, Lanes1<E> c) => new(E.FusedMultiplyAdd(a._v, *b, c._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Min(Lanes1<E> left, Lanes1<E> right) => new(E.Min(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Max(Lanes1<E> left, Lanes1<E> right) => new(E.Max(left._v, right._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> AtLeast(Lanes1<E> value, Lanes1<E> bound) => value._v < bound._v ? bound : value;

    [MethodImpl(Inline)]
    public static Lanes1<E> AtMost(Lanes1<E> value, Lanes1<E> bound) => bound._v < value._v ? bound : value;

    [MethodImpl(Inline)]
    public static Lanes1<E> Scale(Lanes1<E> value, Lanes1<E> n) => LaneMath.ScaleInTwo<Lanes1<E>, E>(value, n);

    [MethodImpl(Inline)]
    public static Lanes1<E> Sqrt(Lanes1<E> value) => new(E.Sqrt(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Abs(Lanes1<E> value) => new(E.Abs(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Floor(Lanes1<E> value) => new(E.Floor(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Ceiling(Lanes1<E> value) => new(E.Ceiling(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Round(Lanes1<E> value) => new(E.Round(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> Truncate(Lanes1<E> value) => new(E.Truncate(value._v));

    [MethodImpl(Inline)]
    public static Lanes1<E> LessThan(Lanes1<E> left, Lanes1<E> right) => Mask(left._v < right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> LessOrEqual(Lanes1<E> left, Lanes1<E> right) => Mask(left._v <= right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> Equal(Lanes1<E> left, Lanes1<E> right) => Mask(left._v == right._v);

    [MethodImpl(Inline)]
    public static Lanes1<E> Select(Lanes1<E> mask, Lanes1<E> left, Lanes1<E> right) =>
        Or(And(left, mask), AndNot(right, mask));

    [MethodImpl(Inline)]
    public static Lanes1<E> SelectLess(Lanes1<E> x, Lanes1<E> y, Lanes1<E> left, Lanes1<E> right) =>
        x._v < y._v ? left : right;

    [MethodImpl(Inline)]
    public static Lanes1<E> And(Lanes1<E> left, Lanes1<E> right) => OfBits(Bits(left) & Bits(right));

    [MethodImpl(Inline)]
    public static Lanes1<E> Or(Lanes1<E> left, Lanes1<E> right) => OfBits(Bits(left) | Bits(right));

    [MethodImpl(Inline)]
    public static Lanes1<E> Xor(Lanes1<E> left, Lanes1<E> right) => OfBits(Bits(left) ^ Bits(right));

    [MethodImpl(Inline)]
    public static Lanes1<E> AndNot(Lanes1<E> left, Lanes1<E> right) => OfBits(Bits(left) & ~Bits(right));

    [MethodImpl(Inline)]
    public static Lanes1<E> ShiftLeft(Lanes1<E> value, int count) => OfBits(Bits(value) << count);

    [MethodImpl(Inline)]
    public static Lanes1<E> ShiftRight(Lanes1<E> value, int count) => OfBits(Bits(value) >> count);

    [MethodImpl(Inline)]
    public static Lanes1<E> AddBits(Lanes1<E> left, Lanes1<E> right) => OfBits(Bits(left) + Bits(right));

    [MethodImpl(Inline)]
    static Lanes1<E> Mask(bool set) => OfBits(set ? ulong.MaxValue : 0);

    // The low 32 bits carry a float's pattern; what a shift or a carry leaves above them is cut off by OfBits.
    [MethodImpl(Inline)]
    static ulong Bits(Lanes1<E> value) =>
        Single ? Unsafe.BitCast<E, uint>(value._v) : Unsafe.BitCast<E, ulong>(value._v);

    [MethodImpl(Inline)]
    static Lanes1<E> OfBits(ulong bits) =>
        new(Single ? Unsafe.BitCast<uint, E>((uint)bits) : Unsafe.BitCast<ulong, E>(bits));
}
