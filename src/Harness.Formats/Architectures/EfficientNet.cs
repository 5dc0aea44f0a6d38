namespace Harness.Formats.Architectures;

/// <summary>EfficientNet and EfficientNetV2: inverted residuals with gates and SiLU; in the first stages of V2 one
/// dense convolution stands for the first two. Source: torchvision/models/efficientnet.py.</summary>
static class EfficientNet
{
    sealed record Stage(int Expansion, int Kernel, int Stride, int Channels, int Repeats, bool Fused = false);

    // Table 1 of arXiv 1905.11946.
    static readonly Stage[] s_b0 =
    [
        new(1, 3, 1, 16, 1), new(6, 3, 2, 24, 2), new(6, 5, 2, 40, 2), new(6, 3, 2, 80, 3), new(6, 5, 1, 112, 3),
        new(6, 5, 2, 192, 4), new(6, 3, 1, 320, 1),
    ];

    // Table 4 of arXiv 2104.00298.
    static readonly Stage[] s_v2s =
    [
        new(1, 3, 1, 24, 2, true), new(4, 3, 2, 48, 4, true), new(4, 3, 2, 64, 4, true), new(4, 3, 2, 128, 6),
        new(6, 3, 1, 160, 9), new(6, 3, 2, 256, 15),
    ];
    static readonly Stage[] s_v2m =
    [
        new(1, 3, 1, 24, 3, true), new(4, 3, 2, 48, 5, true), new(4, 3, 2, 80, 5, true), new(4, 3, 2, 160, 7),
        new(6, 3, 1, 176, 14), new(6, 3, 2, 304, 18), new(6, 3, 1, 512, 5),
    ];
    static readonly Stage[] s_v2l =
    [
        new(1, 3, 1, 32, 4, true), new(4, 3, 2, 64, 7, true), new(4, 3, 2, 96, 7, true), new(4, 3, 2, 192, 10),
        new(6, 3, 1, 224, 19), new(6, 3, 2, 384, 25), new(6, 3, 1, 640, 7),
    ];

    public static readonly Architecture[] All =
    [
        Scaled("efficientnet_b0", 224, 1.0, 1.0, 1e-5),
        Scaled("efficientnet_b1", 240, 1.0, 1.1, 1e-5),
        Scaled("efficientnet_b2", 288, 1.1, 1.2, 1e-5),
        Scaled("efficientnet_b3", 300, 1.2, 1.4, 1e-5),
        Scaled("efficientnet_b4", 380, 1.4, 1.8, 1e-5),
        Scaled("efficientnet_b5", 456, 1.6, 2.2, 0.001),
        Scaled("efficientnet_b6", 528, 1.8, 2.6, 0.001),
        Scaled("efficientnet_b7", 600, 2.0, 3.1, 0.001),
        Of("efficientnet_v2_l", 480, 32, s_v2l, 1280, 0.001),
        Of("efficientnet_v2_m", 480, 24, s_v2m, 1280, 0.001),
        Of("efficientnet_v2_s", 384, 24, s_v2s, 1280, 0.001),
    ];

    // B0 with more channels and more repeats; its last convolution has four times the channels before it.
    static Architecture Scaled(string name, int side, double width, double depth, double eps)
    {
        Stage[] stages = [.. s_b0.Select(stage => stage with
        {
            Channels = Channels.Divisible(stage.Channels * width, 8),
            Repeats = (int)Math.Ceiling(stage.Repeats * depth),
        })];
        return Of(name, side, Channels.Divisible(32 * width, 8), stages, 4 * stages[^1].Channels, eps);
    }

    static Architecture Of(string name, int side, int stem, Stage[] stages, int last, double eps) =>
        new(name, Architecture.Square(side), (net, x) => Write(net, x, stem, stages, last, eps));

    static Signal Write(Network net, Signal x, int stem, ReadOnlySpan<Stage> stages, int last, double eps)
    {
        var norm = new NormStyle("silu", Eps: eps);
        x = net.ConvNormActivation("features.0", x, stem, 3, 2, norm);
        for (int at = 0; at < stages.Length; at++)
        {
            var stage = stages[at];
            for (int i = 0; i < stage.Repeats; i++)
            {
                string module = $"features.{at + 1}.{i}";
                int stride = i == 0 ? stage.Stride : 1;
                var y = stage.Fused
                    ? Fused(net, $"{module}.block", x, stage, stride, norm)
                    : Block(net, $"{module}.block", x, stage, stride, norm);
                x = stride == 1 && x.Channels == y.Channels ? net.Add(module, y, x) : y;
            }
        }
        x = net.ConvNormActivation($"features.{stages.Length + 1}", x, last, 1, 1, norm);
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("classifier.1", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, Stage stage, int stride, NormStyle norm)
    {
        int hidden = x.Channels * stage.Expansion, squeezed = Math.Max(1, x.Channels / 4), at = 0;
        if (hidden != x.Channels)
            x = net.ConvNormActivation($"{module}.{at++}", x, hidden, 1, 1, norm);
        x = net.ConvNormActivation($"{module}.{at++}", x, hidden, stage.Kernel, stride, norm with { Groups = hidden });
        x = net.SqueezeExcitation($"{module}.{at++}", x, squeezed, "silu", "sigmoid");
        return net.ConvNormActivation($"{module}.{at}", x, stage.Channels, 1, 1, norm with { Activation = null });
    }

    static Signal Fused(Network net, string module, Signal x, Stage stage, int stride, NormStyle norm)
    {
        int hidden = x.Channels * stage.Expansion;
        if (hidden == x.Channels)
            return net.ConvNormActivation($"{module}.0", x, stage.Channels, stage.Kernel, stride, norm);
        x = net.ConvNormActivation($"{module}.0", x, hidden, stage.Kernel, stride, norm);
        return net.ConvNormActivation($"{module}.1", x, stage.Channels, 1, 1, norm with { Activation = null });
    }
}
