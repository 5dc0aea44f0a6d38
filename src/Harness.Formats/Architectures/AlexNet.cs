namespace Harness.Formats.Architectures;

/// <summary>AlexNet, the one of "One weird trick" (arXiv 1404.5997). Source: torchvision/models/alexnet.py.</summary>
static class AlexNet
{
    public static readonly Architecture[] All = [new("alexnet", Architecture.Square(224), Write)];

    static Signal Write(Network net, Signal x)
    {
        x = Conv(net, 0, x, 64, 11, new Window(4, 2));
        x = Conv(net, 3, net.MaxPool("features.2", x, kernel: 3, stride: 2), 192, 5, new Window(1, 2));
        x = Conv(net, 6, net.MaxPool("features.5", x, kernel: 3, stride: 2), 384, 3, new Window(1, 1));
        x = Conv(net, 8, x, 256, 3, new Window(1, 1));
        x = net.MaxPool("features.12", Conv(net, 10, x, 256, 3, new Window(1, 1)), kernel: 3, stride: 2);
        x = net.Flatten("", net.AdaptiveAvgPool("avgpool", x, 6), pixels: 36);
        // Between stand the dropouts 0 and 3.
        x = net.ReLU("classifier.2", net.Linear("classifier.1", x, 4096));
        x = net.ReLU("classifier.5", net.Linear("classifier.4", x, 4096));
        return net.Linear("classifier.6", x, 1000);
    }

    static Signal Conv(Network net, int at, Signal x, int channels, int kernel, Window window) =>
        net.ReLU($"features.{at + 1}", net.Conv($"features.{at}", x, channels, kernel, window, bias: true));
}
