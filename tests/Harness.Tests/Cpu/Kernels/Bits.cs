using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Values for kernel tests, and equality by bits.</summary>
static class Bits
{
    /// <summary>Values in [-1, 1) from a seed, the same on every machine.</summary>
    public static E[] Random<E>(int length, int seed) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var random = new Random(seed);
        var values = new E[length];
        for (int i = 0; i < length; i++) values[i] = E.CreateTruncating((random.NextDouble() * 2) - 1);
        return values;
    }

    /// <summary>Zeros, infinities, NaN, limits, halves, denormals, and one value of every exponent in both
    /// signs.</summary>
    public static E[] Special<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var values = new List<E>
        {
            E.Zero, E.NegativeZero, E.PositiveInfinity, E.NegativeInfinity, E.NaN, E.Epsilon, -E.Epsilon,
            E.One, E.NegativeOne, E.CreateTruncating(0.5), E.CreateTruncating(-0.5), E.CreateTruncating(1.5),
            E.CreateTruncating(2.5), E.CreateTruncating(-2.5), E.Pi, -E.Pi, E.E,
        };
        bool single = typeof(E) == typeof(float);
        int bottom = single ? -149 : -1074;
        int top = single ? 127 : 1023;
        var random = new Random(5);
        for (int exponent = bottom; exponent <= top; exponent++)
        {
            var x = E.ScaleB(E.CreateTruncating(1 + random.NextDouble()), exponent);
            values.Add(x);
            values.Add(-x);
        }
        return [.. values];
    }

    /// <summary>The bit pattern; every NaN has the same one here.</summary>
    public static long Of<E>(E value) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (E.IsNaN(value)) return long.MinValue;
        return typeof(E) == typeof(float) ? Unsafe.BitCast<E, int>(value) : Unsafe.BitCast<E, long>(value);
    }

    /// <summary>Fails at the first element whose bits differ.</summary>
    public static void ShouldEqual<E>(ReadOnlySpan<E> actual, ReadOnlySpan<E> expected, string because)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected))) return;
        actual.Length.Should().Be(expected.Length, because);
        for (int i = 0; i < actual.Length; i++)
        {
            if (Of(actual[i]) == Of(expected[i])) continue;
            Assert.Fail($"{because}: element {i} of {actual.Length} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }
}
