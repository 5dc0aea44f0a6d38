namespace Harness.Tests.Naive;

/// <summary>PyTorch's ops by their definitions, in NCHW, in double, with loops and nothing clever.</summary>
static partial class NaiveOps
{
    /// <summary><c>conv2d</c>: x (n, c, h, w), weight (o, c/groups, kh, kw). Each output gathers its window.</summary>
    public static NaiveTensor Conv2d(NaiveTensor x, NaiveTensor weight, NaiveTensor? bias, ConvArguments arguments)
    {
        var (stride, before, dilation) = (arguments.Stride, arguments.Padding, arguments.Dilation);
        var after = arguments.PaddingAfter ?? before;
        var (outputs, group, kernelH, kernelW) = (weight.Shape[0], weight.Shape[1], weight.Shape[2], weight.Shape[3]);
        if (group * arguments.Groups != x.Shape[1] || outputs % arguments.Groups != 0)
            throw new ArgumentException($"{x.Shape[1]} channels for {arguments.Groups} groups of {group}");
        var height = (x.Shape[2] + before.H + after.H - dilation.H * (kernelH - 1) - 1) / stride.H + 1;
        var width = (x.Shape[3] + before.W + after.W - dilation.W * (kernelW - 1) - 1) / stride.W + 1;

        return NaiveTensor.From([x.Shape[0], outputs, height, width], at =>
        {
            var (n, o, oh, ow) = (at[0], at[1], at[2], at[3]);
            var first = o / (outputs / arguments.Groups) * group;
            var sum = bias?[o] ?? 0;
            for (var i = 0; i < group; i++)
                for (var kh = 0; kh < kernelH; kh++)
                    for (var kw = 0; kw < kernelW; kw++)
                    {
                        var h = oh * stride.H - before.H + kh * dilation.H;
                        var w = ow * stride.W - before.W + kw * dilation.W;
                        if (h >= 0 && h < x.Shape[2] && w >= 0 && w < x.Shape[3])
                            sum += x[n, first + i, h, w] * weight[o, i, kh, kw];
                    }
            return sum;
        });
    }

    /// <summary><c>conv_transpose2d</c>: x (n, c, h, w), weight (c, o/groups, kh, kw). Each input scatters into its
    /// window, as the gradient of <see cref="Conv2d"/> does.</summary>
    public static NaiveTensor ConvTranspose2d(
        NaiveTensor x, NaiveTensor weight, NaiveTensor? bias, ConvArguments arguments)
    {
        var (stride, padding, dilation) = (arguments.Stride, arguments.Padding, arguments.Dilation);
        var (channels, group, kernelH, kernelW) = (weight.Shape[0], weight.Shape[1], weight.Shape[2], weight.Shape[3]);
        if (channels != x.Shape[1] || channels % arguments.Groups != 0)
            throw new ArgumentException($"{x.Shape[1]} channels, weight for {channels} in {arguments.Groups} groups");
        var height = (x.Shape[2] - 1) * stride.H - 2 * padding.H
            + dilation.H * (kernelH - 1) + arguments.OutputPadding.H + 1;
        var width = (x.Shape[3] - 1) * stride.W - 2 * padding.W
            + dilation.W * (kernelW - 1) + arguments.OutputPadding.W + 1;

        var y = NaiveTensor.From([x.Shape[0], group * arguments.Groups, height, width], at => bias?[at[1]] ?? 0);
        foreach (var from in NaiveTensor.Indices(x.Shape))
        {
            var (n, i, h, w) = (from[0], from[1], from[2], from[3]);
            var first = i / (channels / arguments.Groups) * group;
            for (var o = 0; o < group; o++)
                for (var kh = 0; kh < kernelH; kh++)
                    for (var kw = 0; kw < kernelW; kw++)
                    {
                        var oh = h * stride.H - padding.H + kh * dilation.H;
                        var ow = w * stride.W - padding.W + kw * dilation.W;
                        if (oh >= 0 && oh < height && ow >= 0 && ow < width)
                            y[n, first + o, oh, ow] += x[n, i, h, w] * weight[i, o, kh, kw];
                    }
        }
        return y;
    }

    /// <summary><c>linear</c>: weight (o, i) on the last axis, whatever it is.</summary>
    public static NaiveTensor Linear(NaiveTensor x, NaiveTensor weight, NaiveTensor? bias)
    {
        if (x.Shape[^1] != weight.Shape[1])
            throw new ArgumentException($"last axis of {x.Shape[^1]}, weight for {weight.Shape[1]}");
        return NaiveTensor.From([.. x.Shape[..^1], weight.Shape[0]], at =>
        {
            var o = at[^1];
            var from = (int[])at.Clone();
            var sum = bias?[o] ?? 0;
            for (var i = 0; i < weight.Shape[1]; i++)
            {
                from[^1] = i;
                sum += x[from] * weight[o, i];
            }
            return sum;
        });
    }
}
