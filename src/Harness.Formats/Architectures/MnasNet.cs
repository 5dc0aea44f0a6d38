namespace Harness.Formats.Architectures;

/// <summary>MNASNet-B1: inverted residuals without gates. Source: torchvision/models/mnasnet.py.</summary>
static class MnasNet
{
    // 1 - 0.9997, TensorFlow's.
    const double Momentum = 1 - 0.9997;

    public static readonly Architecture[] All =
    [
        Of("mnasnet0_5", 0.5), Of("mnasnet0_75", 0.75), Of("mnasnet1_0", 1), Of("mnasnet1_3", 1.3),
    ];

    // Channels before they are scaled, kernel, stride, expansion and repeats of each stack.
    static readonly (int Channels, int Kernel, int Stride, int Expansion, int Repeats)[] s_stacks =
    [
        (24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2), (192, 5, 2, 6, 4), (320, 3, 1, 6, 1),
    ];

    static Architecture Of(string name, double alpha) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, alpha));

    static Signal Write(Network net, Signal x, double alpha)
    {
        int stem = Channels.Divisible(32 * alpha, 8);
        x = Unit(net, "layers", 0, x, stem, 3, new Window(Stride: 2));
        x = Unit(net, "layers", 3, x, stem, 3, new Window(Groups: stem));
        x = Unit(net, "layers", 6, x, Channels.Divisible(16 * alpha, 8), 1, new Window(), isLinear: true);
        int at = 8;
        foreach (var (channels, kernel, stride, expansion, repeats) in s_stacks)
        {
            for (int i = 0; i < repeats; i++)
            {
                string module = $"layers.{at}.{i}";
                int hidden = x.Channels * expansion, scaled = Channels.Divisible(channels * alpha, 8);
                var y = Unit(net, $"{module}.layers", 0, x, hidden, 1, new Window());
                var window = new Window(i == 0 ? stride : 1, Groups: hidden);
                y = Unit(net, $"{module}.layers", 3, y, hidden, kernel, window);
                y = Unit(net, $"{module}.layers", 6, y, scaled, 1, new Window(), isLinear: true);
                x = i > 0 || (stride == 1 && x.Channels == scaled) ? net.Add(module, y, x) : y;
            }
            at++;
        }
        x = Unit(net, "layers", at, x, 1280, 1, new Window());
        return net.Linear("classifier.1", net.MeanOfPlane("", x), 1000);
    }

    // Convolution, norm and ReLU as three modules in a row.
    static Signal Unit(
        Network net, string module, int at, Signal x, int channels, int kernel, Window window, bool isLinear = false)
    {
        x = net.Conv($"{module}.{at}", x, channels, kernel, window with { Padding = kernel / 2 });
        x = net.BatchNorm($"{module}.{at + 1}", x, momentum: Momentum);
        return isLinear ? x : net.ReLU($"{module}.{at + 2}", x);
    }
}
