using System.Collections.Immutable;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Changes of resolution.</summary>
static class Resampling
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::channel_shuffle", ChannelShuffle),
        new("aten::native_channel_shuffle", ChannelShuffle),
        new("aten::pixel_shuffle", a => F.pixel_shuffle(a.Tensor(0, "self"), a.Int(1, "upscale_factor"))),
        new("aten::pixel_unshuffle", a => F.pixel_unshuffle(a.Tensor(0, "self"), a.Int(1, "downscale_factor"))),
        new("aten::upsample_bicubic2d", a => Resample(a, InterpolationMode.Bicubic, true)),
        new("aten::upsample_bilinear2d", a => Resample(a, InterpolationMode.Bilinear, true)),
        new("aten::upsample_nearest2d", a => Resample(a, InterpolationMode.Nearest, false)),
    ];

    // upsample_bilinear2d(self, output_size, align_corners, scales_h, scales_w), or (self, output_size, align_corners,
    // scale_factors); nearest has no align_corners. A stated scale is used as it is, not the ratio of the sizes.
    static Value Resample(Reading a, InterpolationMode mode, bool corners)
    {
        var self = a.Tensor(0, "input");
        long[]? size = a.IntsOrNull(1, "output_size");
        int next = corners ? 3 : 2;
        bool? align = corners ? a.Flag(2, "align_corners", false) : null;
        double[]? scales = a.Peek(next, "scale_factors") is ListValue
            ? a.NumbersOrNull(next, "scale_factors")
            : a.NumberOrNull(next, "scales_h") is { } h && a.NumberOrNull(next + 1, "scales_w") is { } w ? [h, w]
            : null;
        var y = scales is null
            ? F.interpolate(self, size, null, mode, align)
            : F.interpolate(self, null, scales, mode, align);
        return size is not null && !y.shape.AsSpan()[2..].SequenceEqual(size)
            ? throw a.Refuse($"its scales give {string.Join('x', y.shape[2..])}, it says {string.Join('x', size)}")
            : y;
    }

    static Value ChannelShuffle(Reading a)
    {
        var self = a.Tensor(0, "self");
        long groups = a.Int(1, "groups");
        long[] shape = self.shape;
        return self.reshape([shape[0], groups, shape[1] / groups, .. shape[2..]]).transpose(1, 2).reshape(shape);
    }
}
