namespace Harness.Executor.Cpu.Kernels;

/// <summary>The four neighbours of a place in an image, and what each weighs.</summary>
static class BilinearPlace
{
    /// <summary>How many there are at most.</summary>
    public const int Most = 4;

    /// <summary>The neighbours of a sample of a region: nothing more than one element outside, else the nearest place
    /// inside. Source: torchvision's roi_align.</summary>
    /// <param name="y">Its row.</param>
    /// <param name="x">Its column.</param>
    /// <param name="image">How the image lies.</param>
    /// <param name="factor">What every weight is multiplied with.</param>
    /// <param name="offsets">Elements from the image's first pixel to each neighbour.</param>
    /// <param name="weights">Their weights.</param>
    /// <returns>How many there are.</returns>
    public static int Inside(
        double y, double x, in BufferLayout image, double factor, Span<nint> offsets, Span<double> weights)
    {
        // What is no number is nowhere.
        if (!(y >= -1 && y <= image.H && x >= -1 && x <= image.W)) return 0;
        var (top, bottom, down) = Along(y, image.H);
        var (left, right, across) = Along(x, image.W);
        Put(0, top, left, (1 - down) * (1 - across), image, factor, offsets, weights);
        Put(1, top, right, (1 - down) * across, image, factor, offsets, weights);
        Put(2, bottom, left, down * (1 - across), image, factor, offsets, weights);
        Put(3, bottom, right, down * across, image, factor, offsets, weights);
        return Most;
    }

    static (int Low, int High, double Past) Along(double place, int extent)
    {
        place = Math.Max(place, 0);
        int low = (int)place;
        return low >= extent - 1 ? (extent - 1, extent - 1, 0) : (low, low + 1, place - low);
    }

    /// <summary>The neighbours that are there of a tap of a deformed window; outside is 0. Source: torchvision's
    /// deform_conv2d.</summary>
    /// <param name="y">Its row.</param>
    /// <param name="x">Its column.</param>
    /// <param name="image">How the image lies.</param>
    /// <param name="factor">What every weight is multiplied with.</param>
    /// <param name="offsets">Elements from the image's first pixel to each neighbour.</param>
    /// <param name="weights">Their weights.</param>
    /// <returns>How many there are.</returns>
    public static int Anywhere(
        double y, double x, in BufferLayout image, double factor, Span<nint> offsets, Span<double> weights)
    {
        if (!(y > -1 && y < image.H && x > -1 && x < image.W)) return 0;
        int top = (int)Math.Floor(y), left = (int)Math.Floor(x), count = 0;
        double down = y - top, across = x - left;
        for (int i = 0; i < Most; i++)
        {
            int row = top + (i / 2), column = left + (i % 2);
            if ((uint)row >= (uint)image.H || (uint)column >= (uint)image.W) continue;
            double weight = (i / 2 == 0 ? 1 - down : down) * (i % 2 == 0 ? 1 - across : across);
            Put(count++, row, column, weight, image, factor, offsets, weights);
        }
        return count;
    }

    static void Put(
        int at, int row, int column, double weight, in BufferLayout image, double factor, Span<nint> offsets,
        Span<double> weights)
    {
        offsets[at] = (row * image.RowStride) + (column * image.PixelStride);
        weights[at] = weight * factor;
    }
}
