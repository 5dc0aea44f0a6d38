using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class LanesTests
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [Fact]
    public void Every_member_gives_the_bits_of_one_lane_in_float32() => EveryMember<float>();

    [Fact]
    public void Every_member_gives_the_bits_of_one_lane_in_float64() => EveryMember<double>();

    [Fact]
    public void Minimum_and_maximum_take_NaN_and_order_zeros()
    {
        float[] x = [float.NaN, 1, 0, -0f, float.NegativeInfinity];
        float[] y = [1, float.NaN, -0f, 0, 3];
        Bits.ShouldEqual<float>(Binary<Min, float>(LaneWidth.Sixteen, x, y),
            [float.NaN, float.NaN, -0f, -0f, float.NegativeInfinity], "min");
        Bits.ShouldEqual<float>(Binary<Max, float>(LaneWidth.Sixteen, x, y), [float.NaN, float.NaN, 0, 0, 3], "max");
    }

    // As an activation's limits want it: NaN stays, and so does a zero of either sign at a limit of zero.
    [Fact]
    public void Bounds_change_only_what_lies_beyond_them()
    {
        float[] x = [float.NaN, 1, -0f, 0, -5, 5, float.NegativeInfinity], bound = [0, 2, 0, -0f, 0, 0, 3];
        foreach (var lanes in LaneWidths.All)
        {
            Bits.ShouldEqual<float>(Binary<AtLeast, float>(lanes, x, bound),
                [float.NaN, 2, -0f, 0, 0, 5, 3], $"at least, {lanes}");
            Bits.ShouldEqual<float>(Binary<AtMost, float>(lanes, x, bound),
                [float.NaN, 1, -0f, 0, -5, 0, float.NegativeInfinity], $"at most, {lanes}");
        }
    }

    [Fact]
    public void Fused_multiply_add_rounds_once()
    {
        float x = 1 + MathF.ScaleB(1, -12);
        foreach (var lanes in LaneWidths.All)
            Ternary<Fma, float>(lanes, [x], [x], [-1 - MathF.ScaleB(1, -11)])[0].Should().Be(MathF.ScaleB(1, -24));
    }

    [Fact]
    public void The_variable_forces_a_width_and_refuses_others()
    {
        LaneWidths.TryParse("auto", out var width).Should().BeTrue();
        width.Should().BeNull();
        LaneWidths.TryParse("8", out width).Should().BeTrue();
        width.Should().Be(LaneWidth.Eight);
        LaneWidths.TryParse("2", out _).Should().BeFalse();
        LaneWidths.Choose(LaneWidth.Four).Should().Be(LaneWidth.Four);
    }

    [Theory]
    [InlineData(128, 4, 2)]
    [InlineData(256, 8, 4)]
    public void Narrower_lanes_are_the_text_of_the_widest(int bits, int floats, int doubles)
    {
        string folder = KernelSources.Folder;
        string widest = File.ReadAllText(Path.Combine(folder, "Lanes512.cs"));
        string expected = widest
            .Replace("<remarks>Lanes256 and Lanes128 are this text with the number replaced; a test keeps them " +
                "so.</remarks>",
                "<remarks>Lanes512 with the number replaced; a test keeps it so.</remarks>", StringComparison.Ordinal)
            .Replace("512 bits of lanes: 16 float or 8 double",
                $"{bits} bits of lanes: {floats} float or {doubles} double",
                StringComparison.Ordinal);
        var lines = expected.Split('\n')
            .Select(l => l.Contains("<remarks>", StringComparison.Ordinal) ? l
                : l.Replace("512", $"{bits}", StringComparison.Ordinal));
        File.ReadAllText(Path.Combine(folder, $"Lanes{bits}.cs")).Should().Be(string.Join('\n', lines));
    }

    static void EveryMember<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var x = Bits.Special<E>();
        var y = new E[x.Length];
        for (int i = 0; i < x.Length; i++) y[i] = x[(i * 7919) % x.Length];
        var z = Bits.Random<E>(x.Length, 3);
        foreach (var lanes in LaneWidths.All.Skip(1))
        {
            Same1<Neg, E>(lanes, x);
            Same1<Sqrt, E>(lanes, x);
            Same1<Abs, E>(lanes, x);
            Same1<Floor, E>(lanes, x);
            Same1<Ceiling, E>(lanes, x);
            Same1<Round, E>(lanes, x);
            Same1<Truncate, E>(lanes, x);
            Same1<Shifts, E>(lanes, x);
            Same2<Add, E>(lanes, x, y);
            Same2<Subtract, E>(lanes, x, y);
            Same2<Multiply, E>(lanes, x, y);
            Same2<Divide, E>(lanes, x, y);
            Same2<Min, E>(lanes, x, y);
            Same2<Max, E>(lanes, x, y);
            Same2<AtLeast, E>(lanes, x, y);
            Same2<AtMost, E>(lanes, x, y);
            Same2<Masks, E>(lanes, x, y);
            Same2<Bitwise, E>(lanes, x, y);
            Bits.ShouldEqual<E>(Ternary<Fma, E>(lanes, x, y, z), Ternary<Fma, E>(LaneWidth.One, x, y, z),
                $"Fma at {lanes}");
        }
    }

    static void Same1<TOp, E>(LaneWidth lanes, E[] x)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        Bits.ShouldEqual<E>(Unary<TOp, E>(lanes, x), Unary<TOp, E>(LaneWidth.One, x), $"{typeof(TOp).Name} at {lanes}");

    static void Same2<TOp, E>(LaneWidth lanes, E[] x, E[] y)
        where TOp : struct, IBinary
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        Bits.ShouldEqual<E>(Binary<TOp, E>(lanes, x, y), Binary<TOp, E>(LaneWidth.One, x, y),
            $"{typeof(TOp).Name} at {lanes}");

    static E[] Unary<TOp, E>(LaneWidth lanes, E[] x)
        where TOp : struct, IUnary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        var over = Traversal.Contiguous(x.Length, 2);
        fixed (E* d = result, px = x) Map.Unary<TOp, E>(lanes, over, 0, over.Pieces, d, px, default);
        return result;
    }

    static E[] Binary<TOp, E>(LaneWidth lanes, E[] x, E[] y)
        where TOp : struct, IBinary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        var over = Traversal.Contiguous(x.Length, 3);
        fixed (E* d = result, px = x, py = y) Map.Binary<TOp, E>(lanes, over, 0, over.Pieces, d, px, py, default);
        return result;
    }

    static E[] Ternary<TOp, E>(LaneWidth lanes, E[] x, E[] y, E[] z)
        where TOp : struct, ITernary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var result = new E[x.Length];
        switch (lanes)
        {
            case LaneWidth.Sixteen: Ternary<TOp, Lanes512<E>, E>(x, y, z, result); break;
            case LaneWidth.Eight: Ternary<TOp, Lanes256<E>, E>(x, y, z, result); break;
            case LaneWidth.Four: Ternary<TOp, Lanes128<E>, E>(x, y, z, result); break;
            default: Ternary<TOp, Lanes1<E>, E>(x, y, z, result); break;
        }
        return result;
    }

    // The rest of a register keeps what it held.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Ternary<TOp, L, E>(E[] x, E[] y, E[] z, E[] result)
        where TOp : struct, ITernary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* lanes = stackalloc E[4 * 16];
        E* py = lanes + 16, pz = py + 16, d = pz + 16;
        for (int first = 0; first < x.Length; first += L.Width)
        {
            int count = Math.Min(L.Width, x.Length - first);
            x.AsSpan(first, count).CopyTo(new Span<E>(lanes, 16));
            y.AsSpan(first, count).CopyTo(new Span<E>(py, 16));
            z.AsSpan(first, count).CopyTo(new Span<E>(pz, 16));
            L.Store(TOp.Apply<L, E>(L.Load(lanes), L.Load(py), L.Load(pz)), d);
            new Span<E>(d, count).CopyTo(result.AsSpan(first));
        }
    }

    // No kernel has three operands; what lanes do with three is tested all the same.
    interface ITernary
    {
        static abstract L Apply<L, E>(L x, L y, L z)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E>;
    }

    readonly struct Neg : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => -x;
    }

    readonly struct Sqrt : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Sqrt(x);
    }

    readonly struct Abs : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Abs(x);
    }

    readonly struct Floor : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Floor(x);
    }

    readonly struct Ceiling : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Ceiling(x);
    }

    readonly struct Round : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Round(x);
    }

    readonly struct Truncate : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Truncate(x);
    }

    readonly struct Shifts : IUnary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AddBits(L.ShiftLeft(x, 3), L.ShiftRight(x, 5));
    }

    readonly struct Add : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x + y;
    }

    readonly struct Subtract : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x - y;
    }

    readonly struct Multiply : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * y;
    }

    readonly struct Divide : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x / y;
    }

    readonly struct Min : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Min(x, y);
    }

    readonly struct Max : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(x, y);
    }

    readonly struct AtLeast : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtLeast(x, y);
    }

    readonly struct AtMost : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtMost(x, y);
    }

    readonly struct Masks : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
                L.Select(L.LessThan(x, y), x, L.Select(L.LessOrEqual(y, x), y, L.Select(L.Equal(x, x), x, L.Of(0.1))));
    }

    readonly struct Bitwise : IBinary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Xor(L.And(x, y), L.AndNot(L.Or(x, L.Of(3)), y));
    }

    readonly struct Fma : ITernary
    {
        [MethodImpl(Inline)]
        public static L Apply<L, E>(L x, L y, L z)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Fma(x, y, z);
    }
}
