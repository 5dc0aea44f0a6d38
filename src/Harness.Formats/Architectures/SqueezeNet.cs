namespace Harness.Formats.Architectures;

/// <summary>SqueezeNet: fire modules, no batch norm, a convolution for a classifier. Source:
/// torchvision/models/squeezenet.py.</summary>
static class SqueezeNet
{
    // Squeezed and twice expanded channels of each fire module; 0 is a pool.
    static readonly (int Squeezed, int Expanded)[] s_v11 =
        [(0, 0), (16, 64), (16, 64), (0, 0), (32, 128), (32, 128), (0, 0), (48, 192), (48, 192), (64, 256), (64, 256)];

    public static Signal V11(Network net, Signal x)
    {
        x = net.ReLU("features.1", net.Conv("features.0", x, 64, 3, new Window(Stride: 2), bias: true));
        int at = 2;
        foreach (var (squeezed, expanded) in s_v11)
        {
            string module = $"features.{at++}";
            x = squeezed == 0
                ? net.MaxPool(module, x, kernel: 3, stride: 2, ceil: true)
                : Fire(net, module, x, squeezed, expanded);
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
