namespace Harness.Formats.Architectures;

/// <summary>ConvNeXt: depthwise 7×7, norm and two linears over the channels, a learnt scale. Source:
/// torchvision/models/convnext.py.</summary>
static class ConvNeXt
{
    const double Eps = 1e-6;

    public static readonly Architecture[] All =
    [
        Of("convnext_base", 128, 27),
        Of("convnext_large", 192, 27),
        Of("convnext_small", 96, 27),
        Of("convnext_tiny", 96, 9),
    ];

    static Architecture Of(string name, int width, int depth) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, width, [3, 3, depth, 3]));

    static Signal Write(Network net, Signal x, int width, ReadOnlySpan<int> depths)
    {
        x = Norm(net, "features.0.1", net.Conv("features.0.0", x, width, 4, new Window(Stride: 4), bias: true));
        for (int stage = 0; stage < depths.Length; stage++)
        {
            if (stage > 0)
            {
                string module = $"features.{2 * stage}";
                x = Norm(net, $"{module}.0", x);
                x = net.Conv($"{module}.1", x, width << stage, 2, new Window(Stride: 2), bias: true);
            }
            for (int i = 0; i < depths[stage]; i++) x = Block(net, $"features.{2 * stage + 1}.{i}", x);
        }
        x = net.Flatten("classifier.1", Norm(net, "classifier.0", net.GlobalAverage("avgpool", x)));
        return net.Linear("classifier.2", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x)
    {
        int c = x.Channels;
        var y = net.Conv($"{module}.block.0", x, c, 7, new Window(1, Padding: 3, Groups: c), bias: true);
        y = net.Permute($"{module}.block.1", y, 0, 2, 3, 1);
        y = net.Linear($"{module}.block.3", net.LayerNorm($"{module}.block.2", y, Eps), 4 * c);
        y = net.Linear($"{module}.block.5", net.GELU($"{module}.block.4", y), c);
        y = net.Permute($"{module}.block.6", y, 0, 3, 1, 2);
        y = net.Call(module, "mul", c, net.Parameter($"{module}.layer_scale", c, 1, 1), Network.Of(y));
        return net.Add(module, y, x);
    }

    // torchvision's LayerNorm2d: over the channels of an image.
    static Signal Norm(Network net, string module, Signal x) =>
        net.Permute(module, net.LayerNorm(module, net.Permute(module, x, 0, 2, 3, 1), Eps), 0, 3, 1, 2);
}
