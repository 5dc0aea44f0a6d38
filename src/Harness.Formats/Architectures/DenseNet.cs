using System.Text.RegularExpressions;

namespace Harness.Formats.Architectures;

/// <summary>DenseNet-BC: norm before convolution, joins of ever more parts. Source:
/// torchvision/models/densenet.py.</summary>
static partial class DenseNet
{
    public static readonly Architecture[] All =
    [
        Of("densenet121", 32, 6, 12, 24, 16),
        Of("densenet161", 48, 6, 12, 36, 24),
        Of("densenet169", 32, 6, 12, 32, 32),
        Of("densenet201", 32, 6, 12, 48, 32),
    ];

    static Architecture Of(string name, int growth, params int[] depths) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, growth, depths))
        {
            // Files of before modules' names held no dots: norm.1 for norm1.
            Published = new PublishedKeys { Rename = key => DottedPattern().Replace(key, "$1$2") },
        };

    static Signal Write(Network net, Signal x, int growth, ReadOnlySpan<int> depths)
    {
        x = net.Conv("features.conv0", x, 2 * growth, 7, new Window(Stride: 2, Padding: 3));
        x = net.ReLU("features.relu0", net.BatchNorm("features.norm0", x));
        x = net.MaxPool("features.pool0", x, kernel: 3, stride: 2, padding: 1);
        for (int block = 0; block < depths.Length; block++)
        {
            x = Block(net, $"features.denseblock{block + 1}", x, growth, depths[block]);
            if (block == depths.Length - 1) break;
            string module = $"features.transition{block + 1}";
            x = net.ReLU($"{module}.relu", net.BatchNorm($"{module}.norm", x));
            x = net.AvgPool($"{module}.pool", net.Conv($"{module}.conv", x, x.Channels / 2, 1), kernel: 2, stride: 2);
        }
        x = net.ReLU("", net.BatchNorm("features.norm5", x));
        x = net.Flatten("", net.GlobalAverage("", x));
        return net.Linear("classifier", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, int growth, int depth)
    {
        List<Signal> parts = [x];
        for (int i = 1; i <= depth; i++)
        {
            string each = $"{module}.denselayer{i}";
            var y = net.Cat(each, [.. parts]);
            y = net.ReLU($"{each}.relu1", net.BatchNorm($"{each}.norm1", y));
            y = net.BatchNorm($"{each}.norm2", net.Conv($"{each}.conv1", y, 4 * growth, 1));
            parts.Add(net.Conv($"{each}.conv2", net.ReLU($"{each}.relu2", y), growth, 3, new Window(1, Padding: 1)));
        }
        return net.Cat(module, [.. parts]);
    }

    [GeneratedRegex(@"(denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$")]
    private static partial Regex DottedPattern();
}
