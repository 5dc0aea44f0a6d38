using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>What convolutions and pools share: a window that slides over one to three axes.</summary>
static class Window
{
    // Depth, height, width: the last so many axes of every window.
    const string Axes = "dhw";

    /// <summary>The axes of a window that its operator has in its name, as <c>conv2d</c>; null for one
    /// without.</summary>
    public static int? AxesOf(Bound call)
    {
        string name = call.Call.Target;
        for (int at = 1; at < name.Length; at++)
            if (name[at] == 'd' && name[at - 1] is >= '1' and <= '3') return name[at - 1] - '0';
        return null;
    }

    /// <summary>The axes of a window by the lists of a convolution that names none: what all have that are longer than
    /// one.</summary>
    public static int AxesOfLists(Bound call)
    {
        int axes = call.Ints("stride").Length;
        foreach (string list in (ReadOnlySpan<string>)["padding", "dilation", "output_padding"])
            if (call.Has(list) && !call.IsText(list)) axes = Math.Max(axes, call.Ints(list).Length);
        return axes;
    }

    /// <summary>The axes of the window of a weight; <paramref name="other"/> where it can have none.</summary>
    public static int AxesOf(Shape weight, int other) => weight.Rank is >= 3 and <= 5 ? weight.Rank - 2 : other;

    /// <summary>The letters of a window's axes, as rearrangements spell them: <c>hw</c>.</summary>
    public static string LettersOf(int axes) => Axes[^axes..];

    /// <summary>A shape in words: <c>(n, c, h, w)</c>, <c>(o, c/groups, kh, kw)</c>.</summary>
    public static string Letters(string first, int axes, string prefix = "") =>
        $"({first}{string.Join(", ", LettersOf(axes).Select(letter => prefix + letter))})";

    /// <summary>The product of some extents.</summary>
    public static long Elements(ReadOnlySpan<int> extents)
    {
        long elements = 1;
        foreach (int extent in extents) elements *= extent;
        return elements;
    }

    /// <summary>The stride a call states; an empty list means the window itself.</summary>
    public static IntList Stride(Bound call, int axes) =>
        [.. call.Ints(call.IsEmpty("stride") || call.IsNone("stride") ? "kernel_size" : "stride", axes)];

    /// <summary>Refuses an input that has not the axes of a window's batch.</summary>
    /// <exception cref="ShapeException">It has others.</exception>
    public static void CheckRank(Shape x, int axes)
    {
        if (x.Rank != axes + 2)
            throw new ShapeException($"input is {x}, expected {Letters("n, c, ", axes)} or {Letters("c, ", axes)}");
    }

    /// <summary>Refuses strides and dilations that make no sense.</summary>
    /// <exception cref="ShapeException">One is not positive.</exception>
    public static void CheckPositive(IntList stride, IntList dilation)
    {
        if (stride.Any(n => n < 1) || dilation.Any(n => n < 1))
            throw new ShapeException($"stride {stride} and dilation {dilation} must be positive");
    }

    /// <summary>Refuses a weight without a window, or of no channel that comes out.</summary>
    /// <exception cref="ShapeException">It is such a one.</exception>
    public static void CheckWeight(Shape weight, int outputs)
    {
        bool empty = outputs == 0;
        foreach (int extent in weight.AsSpan()[2..]) empty |= extent == 0;
        if (empty) throw new ShapeException($"weight is {weight}, expected a window, and a channel that comes out");
    }

    /// <summary>What a pool makes of an input.</summary>
    /// <exception cref="ShapeException">The input has other axes, or the window makes no sense: what PyTorch refuses
    /// too.</exception>
    public static Shape Pooled(Shape x, IntList kernel, IntList stride, IntList padding, IntList dilation, bool ceil)
    {
        CheckRank(x, kernel.Count);
        if (kernel.Any(n => n < 1) || stride.Any(n => n < 1) || dilation.Any(n => n < 1))
            throw new ShapeException($"window {kernel}, stride {stride} and dilation {dilation} must be positive");
        Span<int> y = [.. x.AsSpan()];
        for (int axis = 0; axis < kernel.Count; axis++)
        {
            CheckPadding(padding[axis], kernel[axis], dilation[axis]);
            y[2 + axis] = Extent(x[2 + axis], kernel[axis], stride[axis], padding[axis], dilation[axis], ceil);
        }
        return Shape.Create(y);
    }

    static void CheckPadding(int padding, int kernel, int dilation)
    {
        long spans = (long)dilation * (kernel - 1) + 1;
        if (padding < 0 || padding > spans / 2)
            throw new ShapeException($"padding is {padding}, expected at most half of the window, which spans {spans}");
    }

    // (n + 2p - d·(k-1) - 1) / s + 1, rounded down, or up if the last window still starts inside the input or the
    // padding before it.
    static int Extent(int n, int k, int stride, int padding, int dilation, bool ceil)
    {
        long room = n + 2L * padding - (long)dilation * (k - 1) - 1 + (ceil ? stride - 1 : 0);
        long extent = (long)Math.Floor(room / (double)stride) + 1;
        if (ceil && (extent - 1) * stride >= (long)n + padding) extent--;
        if (extent < 1)
            throw new ShapeException(
                $"the window spans {(long)dilation * (k - 1) + 1}, the padded input only {n + 2L * padding}");
        return checked((int)extent);
    }
}
