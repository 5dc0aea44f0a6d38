namespace Harness.Tests.Naive;

// torchvision's operators on regions, each cell and each tap by itself.
static partial class NaiveOps
{
    // The element of a channel at a place between elements, by the hat function of every element; null outside.
    static double Hat(NaiveTensor x, int n, int c, double row, double column)
    {
        var sum = 0.0;
        for (var h = 0; h < x.Shape[2]; h++)
        {
            for (var w = 0; w < x.Shape[3]; w++)
            {
                var weight = Math.Max(0, 1 - Math.Abs(h - row)) * Math.Max(0, 1 - Math.Abs(w - column));
                if (weight > 0) sum += weight * x[n, c, h, w];
            }
        }
        return sum;
    }

    /// <summary><c>roi_align</c> and <c>ps_roi_align</c>.</summary>
    public static NaiveTensor RoIAlign(
        NaiveTensor x, NaiveTensor regions, double scale, int height, int width, int samples, bool aligned, bool own)
    {
        int channels = own ? x.Shape[1] / (height * width) : x.Shape[1];
        return NaiveTensor.From([regions.Shape[0], channels, height, width], at =>
        {
            var half = aligned || own ? 0.5 : 0.0;
            double left = (regions[at[0], 1] * scale) - half, top = (regions[at[0], 2] * scale) - half;
            double right = (regions[at[0], 3] * scale) - half, bottom = (regions[at[0], 4] * scale) - half;
            double across = right - left, down = bottom - top;
            if (half == 0) (across, down) = (Math.Max(across, 1), Math.Max(down, 1));
            int rows = samples > 0 ? samples : (int)Math.Ceiling(down / height);
            int columns = samples > 0 ? samples : (int)Math.Ceiling(across / width);
            int channel = own ? (((at[1] * height) + at[2]) * width) + at[3] : at[1];
            var sum = 0.0;
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    var row = top + (down / height * (at[2] + ((i + 0.5) / rows)));
                    var column = left + (across / width * (at[3] + ((j + 0.5) / columns)));
                    if (row < -1 || row > x.Shape[2] || column < -1 || column > x.Shape[3]) continue;
                    sum += Hat(
                        x, (int)regions[at[0], 0], channel, Math.Clamp(row, 0, x.Shape[2] - 1),
                        Math.Clamp(column, 0, x.Shape[3] - 1));
                }
            }
            return sum / Math.Max(rows * columns, own ? 0 : 1);
        });
    }

    /// <summary><c>roi_pool</c>, and <c>ps_roi_pool</c> where each cell has its own channels.</summary>
    public static NaiveTensor RoIPool(
        NaiveTensor x, NaiveTensor regions, double scale, int height, int width, bool own)
    {
        int channels = own ? x.Shape[1] / (height * width) : x.Shape[1];
        return NaiveTensor.From([regions.Shape[0], channels, height, width], at =>
        {
            int channel = own ? (((at[1] * height) + at[2]) * width) + at[3] : at[1];
            var inside = new List<double>();
            for (var h = 0; h < x.Shape[2]; h++)
            {
                for (var w = 0; w < x.Shape[3]; w++)
                {
                    if (Covers(2, at[2], height, h) && Covers(1, at[3], width, w))
                        inside.Add(x[(int)regions[at[0], 0], channel, h, w]);
                }
            }
            return inside.Count == 0 ? 0 : own ? inside.Average() : inside.Max();

            bool Covers(int low, int cell, int cells, int place)
            {
                double first = Rounded(regions[at[0], low]), last = Rounded(regions[at[0], low + 2]);
                var size = Math.Max(1, last - first + (own ? 0 : 1)) / cells;
                int extent = x.Shape[low == 2 ? 2 : 3], end = own ? extent - 1 : extent;
                return place >= first + Math.Floor(cell * size) && place < first + Math.Ceiling((cell + 1) * size)
                    && place < end;
            }
        });

        double Rounded(double place) => Math.Round(place * scale, MidpointRounding.AwayFromZero);
    }

    /// <summary><c>deform_conv2d</c>.</summary>
    public static NaiveTensor DeformConv2d(
        NaiveTensor x, NaiveTensor weight, NaiveTensor offset, NaiveTensor? mask, NaiveTensor bias, Pair stride,
        Pair padding, Pair dilation, int groups, int offsetGroups)
    {
        int perGroup = x.Shape[1] / groups, perOffset = x.Shape[1] / offsetGroups;
        int taps = weight.Shape[2] * weight.Shape[3];
        return NaiveTensor.From([x.Shape[0], weight.Shape[0], offset.Shape[2], offset.Shape[3]], at =>
        {
            var sum = bias[at[1]];
            for (var c = 0; c < perGroup; c++)
            {
                int channel = (at[1] / (weight.Shape[0] / groups) * perGroup) + c, group = channel / perOffset;
                for (var i = 0; i < weight.Shape[2]; i++)
                {
                    for (var j = 0; j < weight.Shape[3]; j++)
                    {
                        int tap = (group * taps) + (i * weight.Shape[3]) + j;
                        var row = (at[2] * stride.H) - padding.H + (i * dilation.H)
                            + offset[at[0], 2 * tap, at[2], at[3]];
                        var column = (at[3] * stride.W) - padding.W + (j * dilation.W)
                            + offset[at[0], (2 * tap) + 1, at[2], at[3]];
                        sum += weight[at[1], c, i, j] * Hat(x, at[0], channel, row, column)
                            * (mask is null ? 1 : mask[at[0], tap, at[2], at[3]]);
                    }
                }
            }
            return sum;
        });
    }
}
