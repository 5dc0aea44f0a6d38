namespace Harness.Formats.Architectures;

/// <summary>ResNet as torchvision has it (v1.5: a bottleneck's stride stands in its 3×3), and its relatives with
/// grouped and with wide bottlenecks. Source: torchvision/models/resnet.py.</summary>
static class ResNet
{
    public static readonly Architecture[] All =
    [
        Of("resnet101", new Form(3, 4, 23, 3)),
        Of("resnet152", new Form(3, 8, 36, 3)),
        Of("resnet18", new Form(2, 2, 2, 2) { Basic = true }),
        Of("resnet34", new Form(3, 4, 6, 3) { Basic = true }),
        Of("resnet50", new Form(3, 4, 6, 3)),
        Of("resnext101_32x8d", new Form(3, 4, 23, 3) { Groups = 32, GroupWidth = 8 }),
        Of("resnext101_64x4d", new Form(3, 4, 23, 3) { Groups = 64, GroupWidth = 4 }),
        Of("resnext50_32x4d", new Form(3, 4, 6, 3) { Groups = 32, GroupWidth = 4 }),
        Of("wide_resnet101_2", new Form(3, 4, 23, 3) { GroupWidth = 128 }),
        Of("wide_resnet50_2", new Form(3, 4, 6, 3) { GroupWidth = 128 }),
    ];

    /// <summary>Which ResNet.</summary>
    /// <param name="Depths">Blocks of each of the four stages.</param>
    public sealed record Form(params int[] Depths)
    {
        /// <summary>True for blocks of two 3×3, false for bottlenecks.</summary>
        public bool Basic { get; init; }

        /// <summary>Groups of a bottleneck's 3×3.</summary>
        public int Groups { get; init; } = 1;

        /// <summary>Channels of each group where a stage has 64.</summary>
        public int GroupWidth { get; init; } = 64;

        /// <summary>True where the last two stages widen their windows instead of halving the plane.</summary>
        public bool Dilated { get; init; }

        /// <summary>The batch norms' epsilon.</summary>
        public double Eps { get; init; } = 1e-5;
    }

    /// <summary>What the four stages give.</summary>
    /// <param name="net">Where it is written.</param>
    /// <param name="prefix">What stands before every module's name: nothing, or it ends with a dot.</param>
    /// <param name="x">The image.</param>
    /// <param name="form">Which ResNet.</param>
    public static Signal[] Stages(Network net, string prefix, Signal x, Form form)
    {
        x = net.Conv($"{prefix}conv1", x, 64, 7, new Window(Stride: 2, Padding: 3));
        x = net.ReLU($"{prefix}relu", net.BatchNorm($"{prefix}bn1", x, form.Eps));
        x = net.MaxPool($"{prefix}maxpool", x, kernel: 3, stride: 2, padding: 1);
        var stages = new Signal[form.Depths.Length];
        int dilation = 1;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            // A stage that does not stride dilates from its second block on, twice as far as the one before.
            int before = dilation, stride = stage == 0 ? 1 : 2;
            if (form.Dilated && stage >= 2) (dilation, stride) = (dilation * 2, 1);
            for (int i = 0; i < form.Depths[stage]; i++)
            {
                var window = new Window(i == 0 ? stride : 1, Dilation: i == 0 ? before : dilation);
                string module = $"{prefix}layer{stage + 1}.{i}";
                x = form.Basic
                    ? Basic(net, module, x, 64 << stage, window, form)
                    : Bottleneck(net, module, x, 64 << stage, window, form);
            }
            stages[stage] = x;
        }
        return stages;
    }

    static Architecture Of(string name, Form form) => new(name, Architecture.Square(224), (net, x) =>
    {
        x = net.Flatten("", net.GlobalAverage("avgpool", Stages(net, "", x, form)[^1]));
        return net.Linear("fc", x, 1000);
    });

    static Signal Basic(Network net, string module, Signal x, int width, Window window, Form form)
    {
        var y = net.Conv($"{module}.conv1", x, width, 3, window with { Padding = 1 });
        y = net.ReLU($"{module}.relu", net.BatchNorm($"{module}.bn1", y, form.Eps));
        y = net.Conv($"{module}.conv2", y, width, 3, new Window(1, Padding: 1));
        return Join(net, module, x, net.BatchNorm($"{module}.bn2", y, form.Eps), window.Stride, form);
    }

    static Signal Bottleneck(Network net, string module, Signal x, int width, Window window, Form form)
    {
        int inner = width * form.GroupWidth / 64 * form.Groups;
        var y = net.BatchNorm($"{module}.bn1", net.Conv($"{module}.conv1", x, inner, 1), form.Eps);
        y = net.ReLU($"{module}.relu", y);
        y = net.Conv($"{module}.conv2", y, inner, 3, window with { Padding = window.Dilation, Groups = form.Groups });
        y = net.ReLU($"{module}.relu", net.BatchNorm($"{module}.bn2", y, form.Eps));
        y = net.BatchNorm($"{module}.bn3", net.Conv($"{module}.conv3", y, 4 * width, 1), form.Eps);
        return Join(net, module, x, y, window.Stride, form);
    }

    static Signal Join(Network net, string module, Signal x, Signal y, int stride, Form form)
    {
        if (stride != 1 || x.Channels != y.Channels)
        {
            x = net.Conv($"{module}.downsample.0", x, y.Channels, 1, new Window(stride));
            x = net.BatchNorm($"{module}.downsample.1", x, form.Eps);
        }
        return net.ReLU($"{module}.relu", net.Add(module, y, x));
    }
}
