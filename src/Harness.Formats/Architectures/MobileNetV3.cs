namespace Harness.Formats.Architectures;

/// <summary>MobileNetV3: inverted residuals with gates and hard swish. Source:
/// torchvision/models/mobilenetv3.py.</summary>
static class MobileNetV3
{
    const double Eps = 0.001, Momentum = 0.01;

    sealed record Row(int Kernel, int Expanded, int Channels, bool Gate, string Activation, int Stride);

    // Table 1 of arXiv 1905.02244.
    static readonly Row[] s_large =
    [
        new(3, 16, 16, false, "relu", 1),
        new(3, 64, 24, false, "relu", 2),
        new(3, 72, 24, false, "relu", 1),
        new(5, 72, 40, true, "relu", 2),
        new(5, 120, 40, true, "relu", 1),
        new(5, 120, 40, true, "relu", 1),
        new(3, 240, 80, false, "hardswish", 2),
        new(3, 200, 80, false, "hardswish", 1),
        new(3, 184, 80, false, "hardswish", 1),
        new(3, 184, 80, false, "hardswish", 1),
        new(3, 480, 112, true, "hardswish", 1),
        new(3, 672, 112, true, "hardswish", 1),
        new(5, 672, 160, true, "hardswish", 2),
        new(5, 960, 160, true, "hardswish", 1),
        new(5, 960, 160, true, "hardswish", 1),
    ];

    public static Signal Large(Network net, Signal x)
    {
        x = net.ConvNormActivation("features.0", x, 16, 3, 2, Style("hardswish"));
        int at = 1;
        foreach (var row in s_large) x = Block(net, $"features.{at++}", x, row);
        x = net.ConvNormActivation($"features.{at}", x, 6 * x.Channels, 1, 1, Style("hardswish"));
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        x = net.Activate("classifier.1", net.Linear("classifier.0", x, 1280), "hardswish");
        return net.Linear("classifier.3", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, Row row)
    {
        int at = 0;
        var y = x;
        if (row.Expanded != x.Channels)
            y = net.ConvNormActivation($"{module}.block.{at++}", y, row.Expanded, 1, 1, Style(row.Activation));
        var depthwise = Style(row.Activation) with { Groups = row.Expanded };
        y = net.ConvNormActivation($"{module}.block.{at++}", y, row.Expanded, row.Kernel, row.Stride, depthwise);
        if (row.Gate)
            y = net.SqueezeExcitation($"{module}.block.{at++}", y, Divisible(row.Expanded / 4), "relu", "hardsigmoid");
        y = net.ConvNormActivation($"{module}.block.{at}", y, row.Channels, 1, 1, Style(null));
        return row.Stride == 1 && x.Channels == row.Channels ? net.Add(module, y, x) : y;
    }

    static NormStyle Style(string? activation) => new(activation, Eps: Eps, Momentum: Momentum);

    // torchvision's _make_divisible: to the nearest multiple of 8, at least 8, and down by no more than a tenth.
    static int Divisible(int channels)
    {
        int nearest = Math.Max(8, (channels + 4) / 8 * 8);
        return nearest < 0.9 * channels ? nearest + 8 : nearest;
    }
}
