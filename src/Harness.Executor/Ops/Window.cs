using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>What max and average pools share: a window that slides over (h, w).</summary>
static class Window
{
    /// <summary>The stride a call states; an empty list means the window itself.</summary>
    public static (int H, int W) Stride(Bound call) =>
        call.IsEmpty("stride") || call.IsNone("stride") ? call.Pair("kernel_size") : call.Pair("stride");

    /// <summary>Refuses what PyTorch refuses.</summary>
    /// <exception cref="ShapeException">The input is no batch of images, or the window makes no sense.</exception>
    public static void Check(
        Shape x, (int H, int W) kernel, (int H, int W) stride, (int H, int W) padding, (int H, int W) dilation)
    {
        if (x.Rank != 4) throw new ShapeException($"input is {x}, expected (n, c, h, w) or (c, h, w)");
        if (kernel.H < 1 || kernel.W < 1 || stride.H < 1 || stride.W < 1 || dilation.H < 1 || dilation.W < 1)
            throw new ShapeException($"window {kernel}, stride {stride} and dilation {dilation} must be positive");
        CheckPadding(padding.H, kernel.H, dilation.H);
        CheckPadding(padding.W, kernel.W, dilation.W);
    }

    static void CheckPadding(int padding, int kernel, int dilation)
    {
        int spans = dilation * (kernel - 1) + 1;
        if (padding < 0 || padding > spans / 2)
            throw new ShapeException($"padding is {padding}, expected at most half of the window, which spans {spans}");
    }

    /// <summary>Windows along one axis: <c>(n + 2p - d·(k-1) - 1) / s + 1</c>, rounded down, or up if the last window
    /// still starts inside the input or the padding before it.</summary>
    /// <exception cref="ShapeException">No window fits.</exception>
    public static int Extent(int n, int k, int stride, int padding, int dilation, bool ceil)
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
