namespace Harness.Formats.Architectures;

/// <summary>VGG without batch norm. Source: torchvision/models/vgg.py.</summary>
static class Vgg
{
    // Configuration D; 0 is a pool.
    static readonly int[] s_features = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];

    public static Signal Of16(Network net, Signal x)
    {
        int at = 0;
        foreach (int channels in s_features)
        {
            if (channels == 0)
            {
                x = net.MaxPool($"features.{at++}", x, kernel: 2, stride: 2);
                continue;
            }
            x = net.Conv($"features.{at++}", x, channels, 3, new Window(1, Padding: 1), bias: true);
            x = net.ReLU($"features.{at++}", x);
        }
        x = net.Flatten("", net.AdaptiveAvgPool("avgpool", x, 7), pixels: 49);
        // Between stand the dropouts 2 and 5.
        x = net.ReLU("classifier.1", net.Linear("classifier.0", x, 4096));
        x = net.ReLU("classifier.4", net.Linear("classifier.3", x, 4096));
        return net.Linear("classifier.6", x, 1000);
    }
}
