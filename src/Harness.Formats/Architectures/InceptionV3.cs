namespace Harness.Formats.Architectures;

/// <summary>Inception v3: branches with long thin kernels. Its auxiliary classifier is for training alone. Source:
/// torchvision/models/inception.py.</summary>
static class InceptionV3
{
    public static readonly Architecture[] All =
    [
        new("inception_v3", Architecture.Square(299), Write)
        {
            Published = new PublishedKeys { Unread = ["AuxLogits"] },
        },
    ];

    static Signal Write(Network net, Signal x)
    {
        x = BasicConv.TransformInput(net, x);
        x = BasicConv.Write(net, "Conv2d_1a_3x3", x, 32, 3, new Window(2));
        x = BasicConv.Write(net, "Conv2d_2a_3x3", x, 32, 3);
        x = BasicConv.Write(net, "Conv2d_2b_3x3", x, 64, 3, new Window(1, 1));
        x = net.MaxPool("maxpool1", x, kernel: 3, stride: 2);
        x = BasicConv.Write(net, "Conv2d_3b_1x1", x, 80, 1);
        x = BasicConv.Write(net, "Conv2d_4a_3x3", x, 192, 3);
        x = net.MaxPool("maxpool2", x, kernel: 3, stride: 2);
        x = MixedA(new Branch(net, "Mixed_5b", x), 32);
        x = MixedA(new Branch(net, "Mixed_5c", x), 64);
        x = MixedA(new Branch(net, "Mixed_5d", x), 64);
        x = MixedB(new Branch(net, "Mixed_6a", x));
        x = MixedC(new Branch(net, "Mixed_6b", x), 128);
        x = MixedC(new Branch(net, "Mixed_6c", x), 160);
        x = MixedC(new Branch(net, "Mixed_6d", x), 160);
        x = MixedC(new Branch(net, "Mixed_6e", x), 192);
        x = MixedD(new Branch(net, "Mixed_7a", x));
        x = MixedE(new Branch(net, "Mixed_7b", x));
        x = MixedE(new Branch(net, "Mixed_7c", x));
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("fc", x, 1000);
    }

    // A block's modules are named by branch, and all windows of stride 1 keep the plane.
    readonly record struct Branch(Network Net, string Module, Signal X)
    {
        public Branch Conv(string name, int channels, Extents kernel) => this with
        {
            X = BasicConv.Write(Net, $"{Module}.{name}", X, channels, kernel,
                new Window(1, (kernel.H / 2, kernel.W / 2))),
        };

        // Halves the plane without padding.
        public Branch Halve(string name, int channels) =>
            this with { X = BasicConv.Write(Net, $"{Module}.{name}", X, channels, 3, new Window(2)) };

        public Branch MaxPool() => this with { X = Net.MaxPool(Module, X, kernel: 3, stride: 2) };

        public Branch AvgPool() => this with { X = Net.AvgPool(Module, X, kernel: 3, stride: 1, padding: 1) };
    }

    static Signal Join(Branch from, params ReadOnlySpan<Branch> parts)
    {
        var signals = new Signal[parts.Length];
        for (int i = 0; i < parts.Length; i++) signals[i] = parts[i].X;
        return from.Net.Cat(from.Module, signals);
    }

    static Signal MixedA(Branch x, int pooled) => Join(x,
        x.Conv("branch1x1", 64, 1),
        x.Conv("branch5x5_1", 48, 1).Conv("branch5x5_2", 64, 5),
        x.Conv("branch3x3dbl_1", 64, 1).Conv("branch3x3dbl_2", 96, 3).Conv("branch3x3dbl_3", 96, 3),
        x.AvgPool().Conv("branch_pool", pooled, 1));

    static Signal MixedB(Branch x) => Join(x,
        x.Halve("branch3x3", 384),
        x.Conv("branch3x3dbl_1", 64, 1).Conv("branch3x3dbl_2", 96, 3).Halve("branch3x3dbl_3", 96),
        x.MaxPool());

    static Signal MixedC(Branch x, int inner) => Join(x,
        x.Conv("branch1x1", 192, 1),
        x.Conv("branch7x7_1", inner, 1).Conv("branch7x7_2", inner, (1, 7)).Conv("branch7x7_3", 192, (7, 1)),
        x.Conv("branch7x7dbl_1", inner, 1).Conv("branch7x7dbl_2", inner, (7, 1)).Conv("branch7x7dbl_3", inner, (1, 7))
            .Conv("branch7x7dbl_4", inner, (7, 1)).Conv("branch7x7dbl_5", 192, (1, 7)),
        x.AvgPool().Conv("branch_pool", 192, 1));

    static Signal MixedD(Branch x) => Join(x,
        x.Conv("branch3x3_1", 192, 1).Halve("branch3x3_2", 320),
        x.Conv("branch7x7x3_1", 192, 1).Conv("branch7x7x3_2", 192, (1, 7)).Conv("branch7x7x3_3", 192, (7, 1))
            .Halve("branch7x7x3_4", 192),
        x.MaxPool());

    static Signal MixedE(Branch x)
    {
        var three = x.Conv("branch3x3_1", 384, 1);
        var twice = x.Conv("branch3x3dbl_1", 448, 1).Conv("branch3x3dbl_2", 384, 3);
        return Join(x,
            x.Conv("branch1x1", 320, 1),
            Cross(three, "branch3x3_2"),
            Cross(twice, "branch3x3dbl_3"),
            x.AvgPool().Conv("branch_pool", 192, 1));
    }

    // A flat kernel and an upright one beside each other.
    static Branch Cross(Branch x, string name) =>
        x with { X = Join(x, x.Conv($"{name}a", 384, (1, 3)), x.Conv($"{name}b", 384, (3, 1))) };
}
