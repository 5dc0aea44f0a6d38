using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>How an axis is continued beyond its ends, as <c>torch.nn.functional.pad</c> names it.</summary>
enum PadMode
{
    /// <summary>A constant.</summary>
    Constant,
    /// <summary>Mirrored, the end itself not repeated.</summary>
    Reflect,
    /// <summary>The end repeated.</summary>
    Replicate,
    /// <summary>The other end's elements.</summary>
    Circular,
}

/// <summary>Images whose rows and columns are picked from others: padding of every kind, cropping, nearest
/// resizing.</summary>
static unsafe class PixelCopy
{
    /// <summary>For each index of a padded axis the source's, or −1 for the constant. Negative padding crops.</summary>
    /// <exception cref="ArgumentException">Reflect or circular padding is longer than the axis allows.</exception>
    public static int[] Padded(int extent, int before, int after, PadMode mode)
    {
        int limit = mode switch { PadMode.Reflect => extent - 1, PadMode.Circular => extent, _ => int.MaxValue };
        if (Math.Max(before, after) > limit)
            throw new ArgumentException($"{mode} padding ({before}, {after}) of an axis of {extent} may be at most {limit}");
        var source = new int[extent + before + after];
        for (int i = 0; i < source.Length; i++)
        {
            int at = i - before;
            bool inside = at >= 0 && at < extent;
            source[i] = inside ? at : mode switch
            {
                PadMode.Reflect => at < 0 ? -at : (2 * (extent - 1)) - at,
                PadMode.Replicate => Math.Clamp(at, 0, extent - 1),
                PadMode.Circular => at < 0 ? at + extent : at - extent,
                _ => -1,
            };
        }
        return source;
    }

    /// <summary>Writes the output rows [first, last) of all images, counted n · h.</summary>
    /// <param name="input">Layout of the source; both pointers are whole buffers.</param>
    /// <param name="output">Layout of the destination.</param>
    /// <param name="rows">Source row of each output row, or −1.</param>
    /// <param name="columns">Source column of each output column, or −1.</param>
    /// <param name="value">What −1 stands for.</param>
    /// <param name="first">First output row.</param>
    /// <param name="last">Output row after the last.</param>
    /// <param name="x">Source buffer.</param>
    /// <param name="y">Destination buffer.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(
        in BufferLayout input, in BufferLayout output, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, T value,
        int first, int last, T* x, T* y)
        where T : unmanaged
    {
        for (int at = first; at < last; at++)
        {
            int n = Math.DivRem(at, output.H, out int h);
            for (int w = 0; w < output.W;)
            {
                var to = new Span<T>(y + output.Index(n, h, w), output.C);
                if (rows[h] < 0 || columns[w] < 0)
                {
                    to.Fill(value);
                    w++;
                    continue;
                }
                // Neighbouring columns of contiguous pixels move as one.
                int run = 1;
                if (input.PixelStride == input.C && output.PixelStride == output.C)
                {
                    while (w + run < output.W && columns[w + run] == columns[w] + run) run++;
                }
                new ReadOnlySpan<T>(x + input.Index(n, rows[h], columns[w]), run * output.C)
                    .CopyTo(new Span<T>(y + output.Index(n, h, w), run * output.C));
                w += run;
            }
        }
    }
}
