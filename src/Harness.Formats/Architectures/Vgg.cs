namespace Harness.Formats.Architectures;

/// <summary>VGG, with batch norm and without. Source: torchvision/models/vgg.py.</summary>
static class Vgg
{
    // Channels of each convolution; 0 is a pool. Configurations A, B, D and E.
    static readonly int[] s_a = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];
    static readonly int[] s_b = [64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];
    static readonly int[] s_d = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
    static readonly int[] s_e =
        [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0];

    public static readonly Architecture[] All =
    [
        Of("vgg11", s_a, false), Of("vgg11_bn", s_a, true), Of("vgg13", s_b, false), Of("vgg13_bn", s_b, true),
        Of("vgg16", s_d, false), Of("vgg16_bn", s_d, true), Of("vgg19", s_e, false), Of("vgg19_bn", s_e, true),
    ];

    static Architecture Of(string name, int[] features, bool norm) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, features, norm));

    static Signal Write(Network net, Signal x, ReadOnlySpan<int> features, bool norm)
    {
        int at = 0;
        foreach (int channels in features)
        {
            if (channels == 0)
            {
                x = net.MaxPool($"features.{at++}", x, kernel: 2, stride: 2);
                continue;
            }
            x = net.Conv($"features.{at++}", x, channels, 3, new Window(1, Padding: 1), bias: true);
            if (norm) x = net.BatchNorm($"features.{at++}", x);
            x = net.ReLU($"features.{at++}", x);
        }
        x = net.Flatten("", net.AdaptiveAvgPool("avgpool", x, 7), pixels: 49);
        // Between stand the dropouts 2 and 5.
        x = net.ReLU("classifier.1", net.Linear("classifier.0", x, 4096));
        x = net.ReLU("classifier.4", net.Linear("classifier.3", x, 4096));
        return net.Linear("classifier.6", x, 1000);
    }
}
