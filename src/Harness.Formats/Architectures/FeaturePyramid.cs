using System.Text.RegularExpressions;

namespace Harness.Formats.Architectures;

/// <summary>The backbones of torchvision's detectors that are pyramids of features: <c>NAME.backbone</c> is the module
/// <c>backbone</c> of the model that torchvision calls NAME, under the keys of that model's file. Source:
/// torchvision/models/detection and torchvision/ops/feature_pyramid_network.py.</summary>
static partial class FeaturePyramid
{
    const int Features = 256;

    static readonly string[] s_rcnn = ["rpn", "roi_heads"];

    static readonly ResNet.Form s_resnet50 = new(3, 4, 6, 3);

    // Batch norms were frozen with epsilon 0 when these were trained: torchvision's overwrite_eps.
    static readonly ResNet.Form s_frozen = s_resnet50 with { Eps = 0 };

    public static readonly Architecture[] All =
    [
        Of("fasterrcnn_mobilenet_v3_large_320_fpn", 320, MobileNet, s_rcnn),
        Of("fasterrcnn_mobilenet_v3_large_fpn", 800, MobileNet, s_rcnn),
        Of("fasterrcnn_resnet50_fpn", 800, (net, x) => Residual(net, x, s_frozen, false, Top.Pooled), s_rcnn),
        Of("fasterrcnn_resnet50_fpn_v2", 800, (net, x) => Residual(net, x, s_resnet50, true, Top.Pooled), s_rcnn),
        Of("fcos_resnet50_fpn", 800, (net, x) => Residual(net, x, s_resnet50, false, Top.FromPyramid), ["head"]),
        Of("keypointrcnn_resnet50_fpn", 800, (net, x) => Residual(net, x, s_frozen, false, Top.Pooled), s_rcnn),
        Of("maskrcnn_resnet50_fpn", 800, (net, x) => Residual(net, x, s_frozen, false, Top.Pooled), s_rcnn),
        Of("maskrcnn_resnet50_fpn_v2", 800, (net, x) => Residual(net, x, s_resnet50, true, Top.Pooled), s_rcnn),
        Of("retinanet_resnet50_fpn", 800,
            (net, x) => Residual(net, x, s_frozen, false, Top.FromPyramid), ["head"]),
        Of("retinanet_resnet50_fpn_v2", 800,
            (net, x) => Residual(net, x, s_resnet50, false, Top.FromFeatures), ["head"]),
    ];

    // What stands above the pyramid: its own last level, pooled; or two convolutions that stride, from that level or
    // from the backbone's last features.
    enum Top { Pooled, FromPyramid, FromFeatures }

    static Architecture Of(string name, int side, Action<Network, Signal> write, string[] heads) =>
        new($"{name}.backbone", Architecture.Square(side), write)
        {
            Published = new PublishedKeys
            {
                Unread = [.. heads],
                // Files of before a level's convolution had a module around it.
                Rename = key => LevelPattern().Replace(key, "$1.0.$2"),
            },
        };

    static void Residual(Network net, Signal x, ResNet.Form form, bool norm, Top top)
    {
        var stages = ResNet.Stages(net, "backbone.body.", x, form);
        // What p6 and p7 stand on begins at an eighth of the plane.
        Write(net, top == Top.Pooled ? stages : stages[1..], norm, top);
    }

    static void MobileNet(Network net, Signal x)
    {
        var features = MobileNetV3.Features(
            net, "backbone.body.", x, MobileNetV3.LargeRows(), MobileNetV3.Norm with { Eps = 1e-5 });
        // The block that strides last, and the last one.
        Write(net, [features[13], features[^1]], norm: false, Top.Pooled);
    }

    static void Write(Network net, ReadOnlySpan<Signal> levels, bool norm, Top top)
    {
        var results = new Signal[levels.Length];
        Signal inner = default;
        for (int level = levels.Length - 1; level >= 0; level--)
        {
            var lateral = Level(net, $"backbone.fpn.inner_blocks.{level}", levels[level], 1, norm);
            inner = level == levels.Length - 1 ? lateral
                : net.Add("backbone.fpn", lateral, net.Nearest("backbone.fpn", inner, lateral));
            results[level] = Level(net, $"backbone.fpn.layer_blocks.{level}", inner, 3, norm);
        }
        for (int level = 0; level < results.Length; level++) net.Output($"{level}", results[level]);
        const string Extra = "backbone.fpn.extra_blocks";
        if (top == Top.Pooled)
        {
            net.Output("pool", net.MaxPool(Extra, results[^1], kernel: 1, stride: 2));
            return;
        }
        var below = top == Top.FromPyramid ? results[^1] : levels[^1];
        var p6 = net.Conv($"{Extra}.p6", below, Features, 3, new Window(2, 1), bias: true);
        net.Output("p6", p6);
        net.Output("p7", net.Conv($"{Extra}.p7", net.ReLU(Extra, p6), Features, 3, new Window(2, 1), bias: true));
    }

    static Signal Level(Network net, string module, Signal x, int kernel, bool norm)
    {
        x = net.Conv($"{module}.0", x, Features, kernel, new Window(1, kernel / 2), bias: !norm);
        return norm ? net.BatchNorm($"{module}.1", x) : x;
    }

    [GeneratedRegex(@"((?:inner|layer)_blocks\.\d+)\.(weight|bias)$")]
    private static partial Regex LevelPattern();
}
