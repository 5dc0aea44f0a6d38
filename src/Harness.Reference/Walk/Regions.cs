using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>torchvision's operators on regions, which libtorch has not: cell by cell, sample by sample.</summary>
static class Regions
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("torchvision::deform_conv2d", Deformed),
        new("torchvision::ps_roi_align", a => Both(Cells(a, (x, box, row, column, grid) =>
            Sampled(Own(x, row, column, grid), box, row, column, grid, (int)a.Int(5, "sampling_ratio"), 0.5)))),
        new("torchvision::ps_roi_pool", a => Both(Cells(a, (x, box, row, column, grid) =>
            Whole(Own(x, row, column, grid), box, row, column, grid, means: true)))),
        new("torchvision::roi_align", a => Cells(a, (x, box, row, column, grid) => Sampled(
            x, box, row, column, grid, (int)a.Int(5, "sampling_ratio"), a.Flag(6, "aligned", false) ? 0.5 : 0))),
        new("torchvision::roi_pool", a => Both(Cells(a, (x, box, row, column, grid) =>
            Whole(x, box, row, column, grid, means: false)))),
    ];

    // Nobody asks for what else these give.
    static ListValue Both(Tensor result) => new([result, NoneValue.Instance]);

    readonly record struct Grid(int Rows, int Columns);

    // A cell of (c, h, w) over a box of left, top, right and bottom in elements.
    delegate Tensor Cell(Tensor x, double[] box, int row, int column, Grid grid);

    static Tensor Cells(Reading a, Cell cell)
    {
        Tensor x = a.Tensor(0, "input"), rois = a.Tensor(1, "rois");
        double scale = a.Number(2, "spatial_scale");
        var grid = new Grid((int)a.Int(3, "pooled_height"), (int)a.Int(4, "pooled_width"));
        double[] stated = [.. rois.to(ScalarType.Float64).cpu().contiguous().data<double>()];
        var regions = new Tensor[rois.shape[0]];
        for (int k = 0; k < regions.Length; k++)
        {
            var image = x.select(0, (long)stated[5 * k]);
            double[] box = [.. stated[(5 * k + 1)..(5 * k + 5)].Select(place => place * scale)];
            var rows = Enumerable.Range(0, grid.Rows).Select(row => stack(
                [.. Enumerable.Range(0, grid.Columns).Select(column => cell(image, box, row, column, grid))], -1));
            regions[k] = stack([.. rows], -2);
        }
        return stack(regions, 0);
    }

    // The channels of a cell of a score map.
    static Tensor Own(Tensor x, int row, int column, Grid grid) =>
        x.unflatten(0, -1, (long)grid.Rows * grid.Columns).select(1, (row * grid.Columns) + column);

    static Tensor Sampled(Tensor x, double[] box, int row, int column, Grid grid, int samples, double half)
    {
        double left = box[0] - half, top = box[1] - half, width = box[2] - half - left, height = box[3] - half - top;
        if (half == 0) (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        double cellHeight = height / grid.Rows, cellWidth = width / grid.Columns;
        int down = samples > 0 ? samples : (int)Math.Ceiling(cellHeight);
        int across = samples > 0 ? samples : (int)Math.Ceiling(cellWidth);
        var sum = zeros(x.shape[0], x.dtype, x.device);
        for (int i = 0; i < down; i++)
        {
            for (int j = 0; j < across; j++)
            {
                double y = top + (row * cellHeight) + ((i + 0.5) * cellHeight / down);
                double at = left + (column * cellWidth) + ((j + 0.5) * cellWidth / across);
                if (y < -1 || y > x.shape[1] || at < -1 || at > x.shape[2]) continue;
                sum += Between(x, Math.Clamp(y, 0, x.shape[1] - 1), Math.Clamp(at, 0, x.shape[2] - 1));
            }
        }
        return sum / Math.Max(down * across, 1);
    }

    // Channels of (c, h, w) between four elements; those outside are 0.
    static Tensor Between(Tensor x, double row, double column)
    {
        long top = (long)Math.Floor(row), left = (long)Math.Floor(column);
        double down = row - top, across = column - left;
        return (Element(x, top, left) * ((1 - down) * (1 - across)))
            + (Element(x, top, left + 1) * ((1 - down) * across))
            + (Element(x, top + 1, left) * (down * (1 - across)))
            + (Element(x, top + 1, left + 1) * (down * across));
    }

    static Tensor Element(Tensor x, long row, long column) =>
        row < 0 || column < 0 || row >= x.shape[1] || column >= x.shape[2]
            ? zeros(x.shape[0], x.dtype, x.device)
            : x.select(1, row).select(1, column);

    static Tensor Whole(Tensor x, double[] box, int row, int column, Grid grid, bool means)
    {
        var (top, bottom) = Elements(box[1], box[3], row, grid.Rows, x.shape[1]);
        var (left, right) = Elements(box[0], box[2], column, grid.Columns, x.shape[2]);
        if (bottom <= top || right <= left) return zeros(x.shape[0], x.dtype, x.device);
        var cell = x.narrow(1, top, bottom - top).narrow(2, left, right - left);
        return means ? cell.mean([1, 2]) : cell.amax([1, 2]);

        (long First, long End) Elements(double low, double high, int at, int count, long extent)
        {
            double first = Math.Round(low, MidpointRounding.AwayFromZero);
            double length = Math.Round(high, MidpointRounding.AwayFromZero) - first;
            double size = Math.Max(means ? length : length + 1, 1) / count, most = means ? extent - 1 : extent;
            return ((long)Math.Clamp(Math.Floor(at * size) + first, 0, most),
                (long)Math.Clamp(Math.Ceiling((at + 1) * size) + first, 0, most));
        }
    }

    // deform_conv2d(input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w,
    // groups, offset_groups, use_mask): a product with what the taps of each pixel read.
    static Value Deformed(Reading a)
    {
        Tensor x = a.Tensor(0, "input"), weight = a.Tensor(1, "weight"), bias = a.Tensor(4, "bias");
        Tensor offset = a.Tensor(2, "offset").to(ScalarType.Float64).cpu(), mask = a.Tensor(3, "mask");
        long[] numbers = [.. Numbers.Select((name, i) => a.Int(5 + i, name))];
        bool masked = a.Flag(13, "use_mask", false);
        long groups = numbers[6], offsetGroups = numbers[7], kh = weight.shape[2], kw = weight.shape[3];
        long images = x.shape[0], height = offset.shape[2], width = offset.shape[3], taps = kh * kw;
        long channels = x.shape[1] / offsetGroups;
        var pixels = new List<Tensor>();
        for (long n = 0; n < images; n++)
        {
            for (long oh = 0; oh < height; oh++)
            {
                for (long ow = 0; ow < width; ow++)
                {
                    var read = new List<Tensor>();
                    for (long group = 0; group < offsetGroups; group++)
                    {
                        var own = x.select(0, n).narrow(0, group * channels, channels);
                        var columns = new Tensor[taps];
                        for (long tap = 0; tap < taps; tap++)
                        {
                            long at = (group * taps) + tap;
                            double row = (oh * numbers[0]) - numbers[2] + (tap / kw * numbers[4])
                                + offset[n, 2 * at, oh, ow].item<double>();
                            double column = (ow * numbers[1]) - numbers[3] + (tap % kw * numbers[5])
                                + offset[n, (2 * at) + 1, oh, ow].item<double>();
                            columns[tap] = Between(own, row, column);
                            if (masked) columns[tap] = columns[tap] * mask[n, at, oh, ow];
                        }
                        read.Add(stack(columns, -1));
                    }
                    // (c, taps) of all groups of offsets, cut into the groups of the weight.
                    var all = cat(read, 0).reshape(groups, -1, 1);
                    var kernels = weight.reshape(groups, weight.shape[0] / groups, -1);
                    pixels.Add(kernels.bmm(all).reshape(-1) + bias);
                }
            }
        }
        return stack(pixels, 0).reshape(images, height, width, -1).permute(0, 3, 1, 2);
    }

    static readonly string[] Numbers =
        ["stride_h", "stride_w", "pad_h", "pad_w", "dilation_h", "dilation_w", "groups", "offset_groups"];
}
