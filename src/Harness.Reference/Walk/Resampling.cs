using System.Collections.Immutable;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Changes of resolution, and windows as columns.</summary>
static class Resampling
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_upsample_bicubic2d_aa", a => Smooth(a, 2, InterpolationMode.Bicubic, antialias: true)),
        new("aten::_upsample_bilinear2d_aa", a => Smooth(a, 2, InterpolationMode.Bilinear, antialias: true)),
        new("aten::_upsample_nearest_exact1d", a => Resample(a, 1, InterpolationMode.NearestExact)),
        new("aten::_upsample_nearest_exact2d", a => Resample(a, 2, InterpolationMode.NearestExact)),
        new("aten::_upsample_nearest_exact3d", a => Resample(a, 3, InterpolationMode.NearestExact)),
        new("aten::affine_grid_generator", a => F.affine_grid(
            a.Tensor(0, "theta"), a.Ints(1, "size"), a.Flag(2, "align_corners", false))),
        new("aten::channel_shuffle", ChannelShuffle),
        new("aten::col2im", a => F.fold(
            a.Tensor(0, "self"), Pair(a, 1, "output_size"), Pair(a, 2, "kernel_size"), Pair(a, 3, "dilation"),
            Pair(a, 4, "padding"), Pair(a, 5, "stride"))),
        new("aten::grid_sampler", Sample),
        new("aten::grid_sampler_2d", Sample),
        new("aten::grid_sampler_3d", Sample),
        new("aten::im2col", Columns),
        new("aten::native_channel_shuffle", ChannelShuffle),
        new("aten::pixel_shuffle", a => F.pixel_shuffle(a.Tensor(0, "self"), a.Int(1, "upscale_factor"))),
        new("aten::pixel_unshuffle", a => F.pixel_unshuffle(a.Tensor(0, "self"), a.Int(1, "downscale_factor"))),
        new("aten::upsample_bicubic2d", a => Smooth(a, 2, InterpolationMode.Bicubic)),
        new("aten::upsample_bilinear2d", a => Smooth(a, 2, InterpolationMode.Bilinear)),
        new("aten::upsample_linear1d", a => Smooth(a, 1, InterpolationMode.Linear)),
        new("aten::upsample_nearest1d", a => Resample(a, 1, InterpolationMode.Nearest)),
        new("aten::upsample_nearest2d", a => Resample(a, 2, InterpolationMode.Nearest)),
        new("aten::upsample_nearest3d", a => Resample(a, 3, InterpolationMode.Nearest)),
        new("aten::upsample_trilinear3d", a => Smooth(a, 3, InterpolationMode.Trilinear)),
    ];

    static Value Smooth(Reading a, int axes, InterpolationMode mode, bool antialias = false) =>
        Resample(a, axes, mode, 3, a.Flag(2, "align_corners", false), antialias);

    // upsample_bilinear2d(self, output_size, align_corners, scales_h, scales_w), or (input, output_size, align_corners,
    // scale_factors); nearest has no align_corners. A stated scale is used as it is, not the ratio of the sizes.
    static Value Resample(
        Reading a, int axes, InterpolationMode mode, int next = 2, bool? align = null, bool antialias = false)
    {
        var self = a.Has(0, "self") ? a.Tensor(0, "self") : a.Tensor(0, "input");
        long[]? size = a.IntsOrNull(1, "output_size");
        double[]? scales = a.Peek(next, "scale_factors") is ListValue
            ? a.NumbersOrNull(next, "scale_factors")
            : Scales(a, next, axes == 1 ? ["scales"] : ((string[])["scales_d", "scales_h", "scales_w"])[^axes..]);
        long[]? scaled = scales is null ? null
            : [.. scales.Select((scale, axis) => (long)(self.shape[2 + axis] * scale))];
        return size is not null && scaled is not null && !scaled.SequenceEqual(size)
            ? throw a.Refuse($"its scales give {string.Join('x', scaled)}, it says {string.Join('x', size)}")
            : F.interpolate(self, scales is null ? size : null, scales, mode, align, false, antialias);
    }

    static double[]? Scales(Reading a, int next, string[] names)
    {
        double?[] given = [.. names.Select((name, axis) => a.NumberOrNull(next + axis, name))];
        if (given.All(scale => scale is null)) return null;
        return given.Any(scale => scale is null)
            ? throw a.Refuse("it states the scales of some axes alone")
            : [.. given.Select(scale => scale!.Value)];
    }

    // PyTorch's numbers of the modes.
    static Value Sample(Reading a)
    {
        Tensor x = a.Tensor(0, "input"), grid = a.Tensor(1, "grid");
        long mode = a.Int(2, "interpolation_mode");
        bool align = a.Flag(4, "align_corners", false);
        var border = a.Int(3, "padding_mode") switch
        {
            0 => GridSamplePaddingMode.Zeros,
            1 => GridSamplePaddingMode.Border,
            2 => GridSamplePaddingMode.Reflection,
            var other => throw a.Refuse($"padding mode {other}"),
        };
        return mode switch
        {
            0 => F.grid_sample(x, grid, GridSampleMode.Bilinear, border, align),
            1 => F.grid_sample(x, grid, GridSampleMode.Nearest, border, align),
            2 when x.ndim == 4 => Cubic(x, grid, border, align),
            _ => throw a.Refuse($"interpolation mode {mode}"),
        };
    }

    // TorchSharp has no bicubic: the sum of sixteen neighbours, each found by sampling at its middle.
    static Tensor Cubic(Tensor x, Tensor grid, GridSamplePaddingMode border, bool align)
    {
        var extents = tensor([x.shape[3], x.shape[2]], grid.dtype, grid.device);
        var places = align ? (grid + 1) / 2 * (extents - 1) : ((grid + 1) * extents - 1) / 2;
        var corner = places.floor();
        var lambda = places - corner;
        Tensor? sum = null;
        for (int h = -1; h <= 2; h++)
        {
            for (int w = -1; w <= 2; w++)
            {
                var at = corner + tensor([w, h], grid.dtype, grid.device);
                // An axis of one element has no other place with aligned corners.
                var back = align ? at * 2 / (extents - 1).clamp_min(1) - 1 : (at * 2 + 1) / extents - 1;
                var weights = Keys(lambda - tensor([w, h], grid.dtype, grid.device));
                var weight = (weights.select(-1, 0) * weights.select(-1, 1)).unsqueeze(1);
                var term = F.grid_sample(x, back, GridSampleMode.Nearest, border, align) * weight;
                sum = sum is null ? term : sum + term;
            }
        }
        return sum!;
    }

    // Keys' cubic with a = -3/4.
    static Tensor Keys(Tensor distance)
    {
        const double A = -0.75;
        var t = distance.abs();
        var near = ((A + 2) * t - (A + 3)) * t * t + 1;
        var far = ((t - 5) * t + 8) * t * A - 4 * A;
        return where(t.le(1), near, far);
    }

    // libtorch's own function takes batches alone.
    static Value Columns(Reading a)
    {
        var self = a.Tensor(0, "self");
        var batch = self.ndim == 3 ? self.unsqueeze(0) : self;
        var columns = F.unfold(
            batch, Pair(a, 1, "kernel_size"), Pair(a, 2, "dilation"), Pair(a, 3, "padding"), Pair(a, 4, "stride"));
        return self.ndim == 3 ? columns.squeeze(0) : columns;
    }

    static (long, long) Pair(Reading a, int position, string name)
    {
        long[] values = a.Ints(position, name);
        return (values[0], values[^1]);
    }

    static Value ChannelShuffle(Reading a)
    {
        var self = a.Tensor(0, "self");
        long groups = a.Int(1, "groups");
        long[] shape = self.shape;
        return self.reshape([shape[0], groups, shape[1] / groups, .. shape[2..]]).transpose(1, 2).reshape(shape);
    }
}
