namespace Harness.Formats.Architectures;

/// <summary>SqueezeNet: fire modules, no batch norm, a convolution for a classifier. Source:
/// torchvision/models/squeezenet.py.</summary>
static class SqueezeNet
{
    public static readonly Architecture[] All =
    [
        Of("squeezenet1_0", 96, 7, 0, 16, 16, 32, 0, 32, 48, 48, 64, 0, 64),
        Of("squeezenet1_1", 64, 3, 0, 16, 16, 0, 32, 32, 0, 48, 48, 64, 64),
    ];

    // Squeezed channels of each fire module, a fourth of what each of its two convolutions expands to; 0 is a pool.
    static Architecture Of(string name, int channels, int kernel, params int[] squeezed) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, channels, kernel, squeezed));

    static Signal Write(Network net, Signal x, int channels, int kernel, ReadOnlySpan<int> fires)
    {
        x = net.ReLU("features.1", net.Conv("features.0", x, channels, kernel, new Window(Stride: 2), bias: true));
        int at = 2;
        foreach (int squeezed in fires)
        {
            string module = $"features.{at++}";
            x = squeezed == 0
                ? net.MaxPool(module, x, kernel: 3, stride: 2, ceil: true)
                : Fire(net, module, x, squeezed, 4 * squeezed);
        }
        x = net.ReLU("classifier.2", net.Conv("classifier.1", x, 1000, 1, bias: true));
        return net.Flatten("", net.GlobalAverage("classifier.3", x));
    }

    static Signal Fire(Network net, string module, Signal x, int squeezed, int expanded)
    {
        x = net.ReLU($"{module}.squeeze_activation", net.Conv($"{module}.squeeze", x, squeezed, 1, bias: true));
        var one = net.Conv($"{module}.expand1x1", x, expanded, 1, bias: true);
        var three = net.Conv($"{module}.expand3x3", x, expanded, 3, new Window(1, Padding: 1), bias: true);
        return net.Cat(module,
            net.ReLU($"{module}.expand1x1_activation", one), net.ReLU($"{module}.expand3x3_activation", three));
    }
}
