namespace Harness.Formats.Architectures;

/// <summary>MobileNetV2: inverted residuals with linear bottlenecks. Source:
/// torchvision/models/mobilenetv2.py.</summary>
static class MobileNetV2
{
    public static readonly Architecture[] All = [new("mobilenet_v2", Architecture.Square(224), Write)];

    // Expansion, channels, repeats, stride of the first.
    static readonly (int Expansion, int Channels, int Repeats, int Stride)[] s_stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    static Signal Write(Network net, Signal x)
    {
        x = net.ConvNormActivation("features.0", x, 32, 3, 2, new NormStyle("relu6"));
        int at = 1;
        foreach (var (expansion, channels, repeats, stride) in s_stages)
        {
            for (int i = 0; i < repeats; i++)
                x = Block(net, $"features.{at++}", x, expansion, channels, i == 0 ? stride : 1);
        }
        x = net.ConvNormActivation($"features.{at}", x, 1280, 1, 1, new NormStyle("relu6"));
        x = net.Flatten("", net.GlobalAverage("", x));
        return net.Linear("classifier.1", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, int expansion, int channels, int stride)
    {
        int hidden = x.Channels * expansion, at = 0;
        var y = x;
        if (expansion != 1)
            y = net.ConvNormActivation($"{module}.conv.{at++}", y, hidden, 1, 1, new NormStyle("relu6"));
        y = net.ConvNormActivation($"{module}.conv.{at++}", y, hidden, 3, stride,
            new NormStyle("relu6", Groups: hidden));
        y = net.Conv($"{module}.conv.{at++}", y, channels, 1);
        y = net.BatchNorm($"{module}.conv.{at}", y);
        return stride == 1 && x.Channels == channels ? net.Add(module, x, y) : y;
    }
}
