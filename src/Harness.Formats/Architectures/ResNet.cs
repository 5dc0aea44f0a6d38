namespace Harness.Formats.Architectures;

/// <summary>ResNet as torchvision has it (v1.5: a bottleneck's stride stands in its 3×3). Source:
/// torchvision/models/resnet.py.</summary>
static class ResNet
{
    delegate Signal Block(Network net, string module, Signal x, int width, int stride);

    public static Signal Of18(Network net, Signal x) => Write(net, x, Basic, [2, 2, 2, 2]);

    public static Signal Of50(Network net, Signal x) => Write(net, x, Bottleneck, [3, 4, 6, 3]);

    static Signal Write(Network net, Signal x, Block block, ReadOnlySpan<int> depths)
    {
        x = net.Conv("conv1", x, 64, 7, new Window(Stride: 2, Padding: 3));
        x = net.ReLU("relu", net.BatchNorm("bn1", x));
        x = net.MaxPool("maxpool", x, kernel: 3, stride: 2, padding: 1);
        for (int stage = 0; stage < depths.Length; stage++)
        {
            for (int i = 0; i < depths[stage]; i++)
                x = block(net, $"layer{stage + 1}.{i}", x, 64 << stage, stride: stage > 0 && i == 0 ? 2 : 1);
        }
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("fc", x, 1000);
    }

    static Signal Basic(Network net, string module, Signal x, int width, int stride)
    {
        var y = net.Conv($"{module}.conv1", x, width, 3, new Window(stride, Padding: 1));
        y = net.ReLU($"{module}.relu", net.BatchNorm($"{module}.bn1", y));
        y = net.BatchNorm($"{module}.bn2", net.Conv($"{module}.conv2", y, width, 3, new Window(1, Padding: 1)));
        return Join(net, module, x, y, stride);
    }

    static Signal Bottleneck(Network net, string module, Signal x, int width, int stride)
    {
        var y = net.BatchNorm($"{module}.bn1", net.Conv($"{module}.conv1", x, width, 1));
        y = net.ReLU($"{module}.relu", y);
        y = net.BatchNorm($"{module}.bn2", net.Conv($"{module}.conv2", y, width, 3, new Window(stride, Padding: 1)));
        y = net.ReLU($"{module}.relu", y);
        y = net.BatchNorm($"{module}.bn3", net.Conv($"{module}.conv3", y, 4 * width, 1));
        return Join(net, module, x, y, stride);
    }

    static Signal Join(Network net, string module, Signal x, Signal y, int stride)
    {
        if (stride != 1 || x.Channels != y.Channels)
        {
            x = net.Conv($"{module}.downsample.0", x, y.Channels, 1, new Window(stride));
            x = net.BatchNorm($"{module}.downsample.1", x);
        }
        return net.ReLU($"{module}.relu", net.Add(module, y, x));
    }
}
