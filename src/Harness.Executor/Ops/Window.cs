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
    public static int? AxesOf(Bound call) => AxesOf(call.Call.Target);

    /// <summary>The same of an operator's name.</summary>
    public static int? AxesOf(string name)
    {
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

    /// <summary>Why an input has not the axes of a window's batch; null where it has.</summary>
    public static string? MisfitOfRank(Shape x, int axes) => x.Rank != axes + 2
        ? $"input is {x}, expected {Letters("n, c, ", axes)} or {Letters("c, ", axes)}"
        : null;

    /// <summary>Why planes without an element are no input of a convolution, whatever padding makes of them; null where
    /// there is one, or no image or no channel.</summary>
    public static string? MisfitOfPlanes(Shape x) => x[0] > 0 && x[1] > 0 && x.Elements == 0
        ? $"input is {x}, expected elements; PyTorch refuses it too"
        : null;

    /// <summary>Why strides and dilations make no sense; null where they do.</summary>
    public static string? MisfitOfSteps(IntList stride, IntList dilation) => AnyBelow1(stride) || AnyBelow1(dilation)
        ? $"stride {stride} and dilation {dilation} must be positive"
        : null;

    /// <summary>Why a weight has no window, or no channel that comes out; null where it has.</summary>
    public static string? MisfitOfWeight(Shape weight, int outputs) =>
        outputs == 0 || weight.AsSpan()[2..].Contains(0)
            ? $"weight is {weight}, expected a window, and a channel that comes out"
            : null;

    /// <summary>How far a window of so many taps reaches.</summary>
    public static long Span(int taps, int dilation) => (long)dilation * (taps - 1) + 1;

    /// <summary>Why a pool takes no such input: it has other axes, or the window makes no sense, which PyTorch refuses
    /// too; null where it does.</summary>
    public static string? MisfitOfPool(
        Shape x, IntList kernel, IntList stride, IntList padding, IntList dilation, bool ceil)
    {
        if (MisfitOfRank(x, kernel.Count) is { } rank) return rank;
        if (AnyBelow1(kernel) || AnyBelow1(stride) || AnyBelow1(dilation))
            return $"window {kernel}, stride {stride} and dilation {dilation} must be positive";
        if (x.AsSpan()[1..].Contains(0)) return $"input is {x}, expected elements; PyTorch refuses it too";
        for (int axis = 0; axis < kernel.Count; axis++)
        {
            int amount = padding[axis];
            // Of volumes PyTorch counts the taps alone.
            if (kernel.Count == 3 && amount > kernel[axis] / 2)
                return $"padding is {amount}, expected at most half of the window of {kernel[axis]}";
            long span = Span(kernel[axis], dilation[axis]);
            if (amount < 0 || amount > span / 2)
                return $"padding is {amount}, expected at most half of the window, which spans {span}";
            int n = x[2 + axis];
            long extent = Extent(n, kernel[axis], stride[axis], amount, dilation[axis], ceil);
            if (extent < 1) return $"the window spans {span}, the padded input only {n + 2L * amount}";
            if (Axis.MisfitOfExtent(extent) is { } beyond) return beyond;
        }
        return null;
    }

    /// <summary>What a pool makes of an input that fits.</summary>
    public static Shape Pooled(Shape x, IntList kernel, IntList stride, IntList padding, IntList dilation, bool ceil)
    {
        Span<int> y = [.. x.AsSpan()];
        for (int axis = 0; axis < kernel.Count; axis++)
        {
            y[2 + axis] =
                (int)Extent(x[2 + axis], kernel[axis], stride[axis], padding[axis], dilation[axis], ceil);
        }
        return Shape.Create(y);
    }

    static bool AnyBelow1(IntList numbers)
    {
        foreach (int number in numbers.AsSpan())
            if (number < 1) return true;
        return false;
    }

    // (n + 2p - d·(k-1) - 1) / s + 1, rounded down, or up if the last window still starts inside the input or the
    // padding before it.
    static long Extent(int n, int k, int stride, int padding, int dilation, bool ceil)
    {
        long room = n + 2L * padding - Span(k, dilation) + (ceil ? stride - 1 : 0);
        long extent = (long)Math.Floor(room / (double)stride) + 1;
        if (ceil && (extent - 1) * stride >= (long)n + padding) extent--;
        return extent;
    }
}
