using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>ShuffleNetV2: half of the channels pass by, then the halves are interleaved. Source:
/// torchvision/models/shufflenetv2.py.</summary>
static class ShuffleNetV2
{
    public static readonly Architecture[] All =
    [
        Of("shufflenet_v2_x0_5", 48, 1024),
        Of("shufflenet_v2_x1_0", 116, 1024),
        Of("shufflenet_v2_x1_5", 176, 1024),
        Of("shufflenet_v2_x2_0", 244, 2048),
    ];

    static Architecture Of(string name, int channels, int last) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, channels, last));

    // Channels of the second stage, which each later one doubles, and before the classifier.
    static Signal Write(Network net, Signal x, int channels, int last)
    {
        x = ConvNorm(net, "conv1", 0, x, 24, 3, new Window(Stride: 2, Padding: 1));
        x = net.MaxPool("maxpool", net.ReLU("conv1.2", x), kernel: 3, stride: 2, padding: 1);
        foreach (var (stage, repeats) in ((int, int)[])[(2, 4), (3, 8), (4, 4)])
        {
            for (int i = 0; i < repeats; i++)
                x = Block(net, $"stage{stage}.{i}", x, channels << (stage - 2), i == 0 ? 2 : 1);
        }
        x = net.ReLU("conv5.2", ConvNorm(net, "conv5", 0, x, last, 1));
        return net.Linear("fc", net.MeanOfPlane("", x), 1000);
    }

    static Signal Block(Network net, string module, Signal x, int channels, int stride)
    {
        int half = channels / 2;
        Signal passed = x, worked = x;
        if (stride == 1) (passed, worked) = net.Halves(module, x);
        else
        {
            passed = ConvNorm(net, $"{module}.branch1", 0, x, x.Channels, 3, new Window(stride, 1, x.Channels));
            passed = net.ReLU($"{module}.branch1.4", ConvNorm(net, $"{module}.branch1", 2, passed, half, 1));
        }
        worked = net.ReLU($"{module}.branch2.2", ConvNorm(net, $"{module}.branch2", 0, worked, half, 1));
        worked = ConvNorm(net, $"{module}.branch2", 3, worked, half, 3, new Window(stride, 1, half));
        worked = net.ReLU($"{module}.branch2.7", ConvNorm(net, $"{module}.branch2", 5, worked, half, 1));
        return Shuffle(net, module, net.Cat(module, passed, worked));
    }

    static Signal ConvNorm(
        Network net, string module, int at, Signal x, int channels, int kernel, Window window = default) =>
        net.BatchNorm($"{module}.{at + 1}", net.Conv($"{module}.{at}", x, channels, kernel, window));

    // Two groups of channels become pairs; the plane is whatever it is, so its extents are asked for.
    static Signal Shuffle(Network net, string module, Signal x)
    {
        int c = x.Channels;
        Argument n = net.Size(module, x, 0), h = net.Size(module, x, 2), w = net.Size(module, x, 3);
        var y = net.Call(module, "view", c, Network.Of(x),
            Argument.Of([n, Argument.Of(2), Argument.Of((long)c / 2), h, w]));
        y = net.Call(module, "transpose", c, Network.Of(y), Argument.Of(1), Argument.Of(2));
        y = net.Call(module, "contiguous", c, Network.Of(y));
        return net.Call(module, "view", c, Network.Of(y), Argument.Of([n, Argument.Of((long)c), h, w]));
    }
}
