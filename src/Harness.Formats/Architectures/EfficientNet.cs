namespace Harness.Formats.Architectures;

/// <summary>EfficientNet: inverted residuals with gates and SiLU. Source: torchvision/models/efficientnet.py.</summary>
static class EfficientNet
{
    static readonly (int Expansion, int Kernel, int Stride, int Channels, int Repeats)[] s_b0 =
    [
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ];

    public static Signal B0(Network net, Signal x)
    {
        x = net.ConvNormActivation("features.0", x, 32, 3, 2, new NormStyle("silu"));
        for (int stage = 0; stage < s_b0.Length; stage++)
        {
            var (expansion, kernel, stride, channels, repeats) = s_b0[stage];
            for (int i = 0; i < repeats; i++)
            {
                string module = $"features.{stage + 1}.{i}";
                var y = Block(net, $"{module}.block", x, expansion, kernel, i == 0 ? stride : 1, channels);
                x = (i > 0 || stride == 1) && x.Channels == channels ? net.Add(module, y, x) : y;
            }
        }
        x = net.ConvNormActivation($"features.{s_b0.Length + 1}", x, 4 * x.Channels, 1, 1, new NormStyle("silu"));
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("classifier.1", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, int expansion, int kernel, int stride, int channels)
    {
        int hidden = x.Channels * expansion, squeezed = Math.Max(1, x.Channels / 4), at = 0;
        if (hidden != x.Channels)
            x = net.ConvNormActivation($"{module}.{at++}", x, hidden, 1, 1, new NormStyle("silu"));
        x = net.ConvNormActivation($"{module}.{at++}", x, hidden, kernel, stride,
            new NormStyle("silu", Groups: hidden));
        x = net.SqueezeExcitation($"{module}.{at++}", x, squeezed, "silu", "sigmoid");
        return net.ConvNormActivation($"{module}.{at}", x, channels, 1, 1, new NormStyle(null));
    }
}
