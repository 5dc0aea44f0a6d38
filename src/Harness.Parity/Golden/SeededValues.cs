using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>Seeded values that look normal and have the same bits on every machine.</summary>
/// <param name="seed">The seed; another stream for each.</param>
public sealed class SeededValues(long seed)
{
    // Var of one uniform 16-bit integer is (2^32 − 1) / 12, of eight of them eight times that.
    static readonly double s_scale = 1 / Math.Sqrt(8 * ((double)uint.MaxValue / 12));

    ulong _state = (ulong)seed;

    /// <summary>A tensor of this type: floats as float32 of mean 0 and deviation 1; integers from 0 to
    /// <paramref name="limit"/> − 1; Booleans as 0 and 1.</summary>
    /// <param name="type">What the input is.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="limit">The end of the integers: as many as an embedding has rows.</param>
    public Tensor Next(ElementType type, Shape shape, long limit) => type switch
    {
        ElementType.Int64 => Fill(type, shape, () => (long)(NextBits() % (ulong)limit)),
        ElementType.Int32 => Fill(type, shape, () => (int)(NextBits() % (ulong)limit)),
        ElementType.Int16 => Fill(type, shape, () => (short)(NextBits() % (ulong)Math.Min(limit, short.MaxValue))),
        ElementType.Int8 => Fill(type, shape, () => (sbyte)(NextBits() % (ulong)Math.Min(limit, sbyte.MaxValue))),
        ElementType.UInt8 => Fill(type, shape, () => (byte)(NextBits() % (ulong)Math.Min(limit, byte.MaxValue))),
        ElementType.Bool => Fill(type, shape, () => (byte)(NextBits() & 1)),
        // Goldens hold floating inputs as float32, whatever the file says: that is what the model will be fed.
        _ => Fill(ElementType.Float32, shape, NextNormal),
    };

    // The sum of eight uniform numbers (Irwin-Hall): integers until the last step, so no library function can differ.
    float NextNormal()
    {
        long sum = 0;
        for (int word = 0; word < 2; word++)
        {
            ulong bits = NextBits();
            for (int i = 0; i < 4; i++, bits >>= 16) sum += (long)(bits & 0xFFFF);
        }
        return (float)((2 * sum - 8 * 0xFFFF) * 0.5 * s_scale);
    }

    // SplitMix64. https://prng.di.unimi.it/splitmix64.c
    ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    static Tensor Fill<T>(ElementType type, Shape shape, Func<T> next) where T : unmanaged
    {
        var values = new T[shape.Elements];
        for (int i = 0; i < values.Length; i++) values[i] = next();
        return new Tensor(type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
