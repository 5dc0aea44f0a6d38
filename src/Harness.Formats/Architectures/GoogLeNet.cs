namespace Harness.Formats.Architectures;

/// <summary>GoogLeNet, Inception's first version, with batch norm. Its two auxiliary classifiers are for training
/// alone. Source: torchvision/models/googlenet.py.</summary>
static class GoogLeNet
{
    public static readonly Architecture[] All =
    [
        new("googlenet", Architecture.Square(224), Write)
        {
            Published = new PublishedKeys { Unread = ["aux1", "aux2"] },
        },
    ];

    // Channels of the 1×1, of the two 3×3 before and after, and of what follows the pool. What is called 5×5 in the
    // paper is a 3×3 (https://github.com/pytorch/vision/issues/906).
    sealed record Mix(string Module, int One, int Reduced, int Three, int ReducedTwice, int Twice, int Pooled);

    static Signal Write(Network net, Signal x)
    {
        x = BasicConv.TransformInput(net, x);
        x = BasicConv.Write(net, "conv1", x, 64, 7, new Window(2, 3));
        x = net.MaxPool("maxpool1", x, kernel: 3, stride: 2, ceil: true);
        x = BasicConv.Write(net, "conv3", BasicConv.Write(net, "conv2", x, 64, 1), 192, 3, new Window(1, 1));
        x = net.MaxPool("maxpool2", x, kernel: 3, stride: 2, ceil: true);
        x = Branches(net, x, new Mix("inception3a", 64, 96, 128, 16, 32, 32));
        x = Branches(net, x, new Mix("inception3b", 128, 128, 192, 32, 96, 64));
        x = net.MaxPool("maxpool3", x, kernel: 3, stride: 2, ceil: true);
        x = Branches(net, x, new Mix("inception4a", 192, 96, 208, 16, 48, 64));
        x = Branches(net, x, new Mix("inception4b", 160, 112, 224, 24, 64, 64));
        x = Branches(net, x, new Mix("inception4c", 128, 128, 256, 24, 64, 64));
        x = Branches(net, x, new Mix("inception4d", 112, 144, 288, 32, 64, 64));
        x = Branches(net, x, new Mix("inception4e", 256, 160, 320, 32, 128, 128));
        x = net.MaxPool("maxpool4", x, kernel: 2, stride: 2, ceil: true);
        x = Branches(net, x, new Mix("inception5a", 256, 160, 320, 32, 128, 128));
        x = Branches(net, x, new Mix("inception5b", 384, 192, 384, 48, 128, 128));
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("fc", x, 1000);
    }

    static Signal Branches(Network net, Signal x, Mix mix)
    {
        string module = mix.Module;
        var pool = net.MaxPool($"{module}.branch4.0", x, kernel: 3, stride: 1, padding: 1, ceil: true);
        return net.Cat(module,
            BasicConv.Write(net, $"{module}.branch1", x, mix.One, 1),
            Two($"{module}.branch2", mix.Reduced, mix.Three),
            Two($"{module}.branch3", mix.ReducedTwice, mix.Twice),
            BasicConv.Write(net, $"{module}.branch4.1", pool, mix.Pooled, 1));

        Signal Two(string branch, int before, int after) => BasicConv.Write(
            net, $"{branch}.1", BasicConv.Write(net, $"{branch}.0", x, before, 1), after, 3, new Window(1, 1));
    }
}
