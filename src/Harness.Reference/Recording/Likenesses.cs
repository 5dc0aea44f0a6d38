using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>Other inputs like the recorded ones: of the same shape, type and range, and hardly an element in its
/// place.</summary>
static class Likenesses
{
    /// <summary>True for one that goes beyond the recorded range: a comparison of few numbers may be moved by nothing
    /// less. What it is rounded by says nothing of the recorded inputs.</summary>
    public static bool IsWide(int number) => number % 3 == 0;

    /// <summary>Others for all inputs of a case.</summary>
    /// <param name="inputs">The recorded ones.</param>
    /// <param name="number">Which of them; each number gives others.</param>
    public static ImmutableArray<Tensor> Of(ImmutableArray<Tensor> inputs, int number) =>
        [.. inputs.Select((input, i) => Of(input, (number * inputs.Length) + i, IsWide(number)))];

    /// <summary>One that differs from a recorded input.</summary>
    /// <param name="input">The recorded one.</param>
    /// <param name="number">Which of them; each number gives another.</param>
    /// <param name="wide">True where it may leave the recorded range.</param>
    public static Tensor Of(Tensor input, int number, bool wide)
    {
        ulong state = ProbeSums.Mix((ulong)number + ProbeSums.Step);
        return input.Type.IsFloating() ? Floats(input, Next, wide) : Integers(input, Next);

        // SplitMix64; the inputs' own streams begin at small numbers.
        ulong Next() => ProbeSums.Mix(state += ProbeSums.Step);
    }

    // Shuffled, and each a little nearer to zero: signs, range and domain stay, sums do not. Or of either sign and up
    // to three times as large.
    static Tensor Floats(Tensor input, Func<ulong> next, bool wide)
    {
        float[] values = input.ToSingles();
        for (int i = values.Length - 1; i >= 0; i--)
        {
            int other = (int)(next() % (ulong)(i + 1));
            (values[i], values[other]) = (values[other], values[i]);
            float share = (next() >> 40) * (1f / (1 << 24));
            values[i] *= wide ? (6 * share) - 3 : 1 - (share / 4);
        }
        return Tensor.Of(input.Shape, values);
    }

    // Within the range of the recorded ones, since an index must stay inside its table.
    static Tensor Integers(Tensor input, Func<ulong> next)
    {
        double[] values = input.ToDoubles();
        if (values.Length == 0) return input;
        long low = (long)values.Min(), high = (long)values.Max();
        if (input.Type == ElementType.Bool) (low, high) = (0, 1);
        // One number has no range: a smaller one is inside too, unless there is none.
        else if (low == high) low = high = low > 0 ? low - 1 : low + 1;
        var bytes = new byte[input.Bytes.Length];
        int size = input.Type.Size();
        for (int i = 0; i < values.Length; i++)
        {
            long value = low + (long)(next() % ((ulong)(high - low) + 1));
            MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value))[..size].CopyTo(bytes.AsSpan(i * size));
        }
        return new Tensor(input.Type, input.Shape, bytes);
    }
}
