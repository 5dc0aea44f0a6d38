namespace Harness.Formats.Architectures;

/// <summary>Semantic segmentation over a dilated backbone: 21 classes of every pixel, <c>out</c>, and those of the
/// auxiliary head that published files hold, <c>aux</c>. Source: torchvision/models/segmentation.</summary>
static class Segmentation
{
    const int Classes = 21;

    static readonly ResNet.Form s_resnet50 = new(3, 4, 6, 3) { Dilated = true };
    static readonly ResNet.Form s_resnet101 = new(3, 4, 23, 3) { Dilated = true };

    public static readonly Architecture[] All =
    [
        Of("deeplabv3_mobilenet_v3_large", (net, x) => Write(net, x, MobileNet(net, x), Atrous)),
        Of("deeplabv3_resnet101", (net, x) => Write(net, x, Residual(net, x, s_resnet101), Atrous)),
        Of("deeplabv3_resnet50", (net, x) => Write(net, x, Residual(net, x, s_resnet50), Atrous)),
        Of("fcn_resnet101", (net, x) => Write(net, x, Residual(net, x, s_resnet101), Convolutional)),
        Of("fcn_resnet50", (net, x) => Write(net, x, Residual(net, x, s_resnet50), Convolutional)),
        Of("lraspp_mobilenet_v3_large", WriteLite),
    ];

    // What torchvision resizes images to before it feeds them.
    static Architecture Of(string name, Action<Network, Signal> write) =>
        new(name, Architecture.Square(520), write);

    // Of a backbone the features at an eighth of the plane and the last ones.
    static (Signal Low, Signal High) Residual(Network net, Signal x, ResNet.Form form)
    {
        var stages = ResNet.Stages(net, "backbone.", x, form);
        return (stages[2], stages[3]);
    }

    static (Signal Low, Signal High) MobileNet(Network net, Signal x)
    {
        var rows = MobileNetV3.LargeRows(dilation: 2);
        var features = MobileNetV3.Features(net, "backbone.", x, rows, MobileNetV3.Norm);
        return (features[4], features[^1]);
    }

    static void Write(
        Network net, Signal x, (Signal Low, Signal High) features, Func<Network, string, Signal, Signal> head)
    {
        net.Output("out", net.Bilinear("", head(net, "classifier", features.High), x));
        net.Output("aux", net.Bilinear("", Convolutional(net, "aux_classifier", features.Low), x));
    }

    static Signal Convolutional(Network net, string module, Signal x)
    {
        x = net.Conv($"{module}.0", x, x.Channels / 4, 3, new Window(1, Padding: 1));
        x = net.ReLU($"{module}.2", net.BatchNorm($"{module}.1", x));
        return net.Conv($"{module}.4", x, Classes, 1, bias: true);
    }

    // Windows of several dilations and the mean of the plane, side by side.
    static Signal Atrous(Network net, string module, Signal x)
    {
        string pyramid = $"{module}.0", pooling = $"{pyramid}.convs.4";
        var mean = Unit($"{pooling}.1", $"{pooling}.2", $"{pooling}.3", net.GlobalAverage($"{pooling}.0", x), 1);
        var y = net.Cat(pyramid,
            Sequence($"{pyramid}.convs.0", x, 1), Sequence($"{pyramid}.convs.1", x, 3, 12),
            Sequence($"{pyramid}.convs.2", x, 3, 24), Sequence($"{pyramid}.convs.3", x, 3, 36),
            net.Bilinear(pooling, mean, x));
        y = Sequence($"{pyramid}.project", y, 1);
        y = Unit($"{module}.1", $"{module}.2", $"{module}.3", y, 3);
        return net.Conv($"{module}.4", y, Classes, 1, bias: true);

        Signal Sequence(string name, Signal from, int kernel, int dilation = 1) =>
            Unit($"{name}.0", $"{name}.1", $"{name}.2", from, kernel, dilation);

        Signal Unit(string conv, string norm, string activation, Signal from, int kernel, int dilation = 1)
        {
            var window = new Window(1, kernel / 2 * dilation, 1, dilation);
            return net.ReLU(activation, net.BatchNorm(norm, net.Conv(conv, from, 256, kernel, window)));
        }
    }

    // LR-ASPP: the last features, gated by their own mean, beside those at an eighth of the plane.
    static void WriteLite(Network net, Signal x)
    {
        var (low, high) = MobileNet(net, x);
        var y = net.BatchNorm("classifier.cbr.1", net.Conv("classifier.cbr.0", high, 128, 1));
        y = net.ReLU("classifier.cbr.2", y);
        var scale = net.Conv("classifier.scale.1", net.GlobalAverage("classifier.scale.0", high), 128, 1);
        y = net.Mul("classifier", y, net.Activate("classifier.scale.2", scale, "sigmoid"));
        y = net.Bilinear("classifier", y, low);
        y = net.Add("classifier", net.Conv("classifier.low_classifier", low, Classes, 1, bias: true),
            net.Conv("classifier.high_classifier", y, Classes, 1, bias: true));
        net.Output("out", net.Bilinear("", y, x));
    }
}
