using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>The backbones of torchvision's single-shot detectors: six planes of features, ever smaller. They are called
/// as those of <see cref="FeaturePyramid"/> are. Source: torchvision/models/detection/ssd.py and ssdlite.py.</summary>
static class SingleShot
{
    static readonly PublishedKeys s_heads = new() { Unread = ["head"] };

    public static readonly Architecture[] All =
    [
        new("ssd300_vgg16.backbone", Architecture.Square(300), WriteVgg) { Published = s_heads },
        new("ssdlite320_mobilenet_v3_large.backbone", Architecture.Square(320), WriteLite) { Published = s_heads },
    ];

    // VGG-16 without its classifier; the third pool rounds up, the fifth keeps the plane, and two dilated and dense
    // convolutions stand for the first two linears.
    static void WriteVgg(Network net, Signal x)
    {
        const string Extra = "backbone.extra";
        int[] before = [64, 64, 0, 128, 128, 0, 256, 256, 256, -1, 512, 512, 512], between = [0, 512, 512, 512];
        x = Plain(net, "backbone.features", x, before);
        var length = net.Call("backbone", "linalg_vector_norm", 1, Network.Of(x), Argument.Of(2L), Network.Ints(1),
            Argument.Of(true));
        length = net.Call("backbone", "clamp_min", 1, Network.Of(length), Argument.Of(1e-12));
        var scale = net.Call("backbone", "view", 512, net.Parameter("backbone.scale_weight", 512),
            Network.Ints(1, -1, 1, 1));
        var one = net.Call("backbone", "div", x.Channels, Network.Of(x), Network.Of(length));
        net.Output("0", net.Mul("backbone", scale, one));

        x = Plain(net, $"{Extra}.0", x, between);
        x = net.MaxPool($"{Extra}.0.7.0", x, kernel: 3, stride: 1, padding: 1);
        x = Conv(net, $"{Extra}.0.7", 1, x, 1024, 3, new Window(1, 6, 1, 6));
        x = Conv(net, $"{Extra}.0.7", 3, x, 1024, 1);
        net.Output("1", x);
        (int Channels, Window Window)[] rest =
            [(512, new Window(2, 1)), (256, new Window(2, 1)), (256, new Window()), (256, new Window())];
        for (int i = 0; i < rest.Length; i++)
        {
            x = Conv(net, $"{Extra}.{i + 1}", 0, x, rest[i].Channels / 2, 1);
            x = Conv(net, $"{Extra}.{i + 1}", 2, x, rest[i].Channels, 3, rest[i].Window);
            net.Output($"{i + 2}", x);
        }
    }

    // VGG's features; 0 is a pool, and -1 one that rounds up.
    static Signal Plain(Network net, string module, Signal x, ReadOnlySpan<int> features)
    {
        int at = 0;
        foreach (int channels in features)
        {
            if (channels <= 0) x = net.MaxPool($"{module}.{at++}", x, kernel: 2, stride: 2, ceil: channels < 0);
            else
            {
                x = Conv(net, module, at, x, channels, 3, new Window(1, 1));
                at += 2;
            }
        }
        return x;
    }

    static Signal Conv(
        Network net, string module, int at, Signal x, int channels, int kernel, Window window = default) =>
        net.ReLU($"{module}.{at + 1}", net.Conv($"{module}.{at}", x, channels, kernel, window, bias: true));

    // MobileNetV3 with half of the channels in its tail, cut where the last block that strides has expanded.
    static void WriteLite(Network net, Signal x)
    {
        const int Cut = 13;
        const string Features = "backbone.features", Extra = "backbone.extra";
        var norm = new NormStyle(Eps: 0.001, Momentum: 0.03);
        var rows = MobileNetV3.LargeRows(divider: 2);
        x = MobileNetV3.Features(net, $"{Features}.0.", x, rows.AsSpan(0, Cut - 1), norm, last: false)[^1];
        x = MobileNetV3.Expand(net, $"{Features}.0.{Cut}", x, rows[Cut - 1], norm);
        net.Output("0", x);
        x = MobileNetV3.Project(net, $"{Features}.1.0", 1, x, rows[Cut - 1], norm);
        x = MobileNetV3.Tail(net, $"{Features}.1.", 1, x, rows.AsSpan(Cut), norm)[^1];
        net.Output("1", x);
        int[] extra = [512, 256, 256, 128];
        for (int i = 0; i < extra.Length; i++)
        {
            var relu6 = norm with { Activation = "relu6" };
            int half = extra[i] / 2;
            x = net.ConvNormActivation($"{Extra}.{i}.0", x, half, 1, 1, relu6);
            x = net.ConvNormActivation($"{Extra}.{i}.1", x, half, 3, 2, relu6 with { Groups = half });
            x = net.ConvNormActivation($"{Extra}.{i}.2", x, extra[i], 1, 1, relu6);
            net.Output($"{i + 2}", x);
        }
    }
}
