using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats.Weights;

namespace Harness.Formats.Architectures;

/// <summary>The known architectures. To add one: its function in a family's file, and one line here.</summary>
public static class ArchitectureSet
{
    // ImageNet's crop.
    static readonly Shape s_image = [1, 3, 224, 224];

    /// <summary>Every architecture, sorted by name.</summary>
    public static readonly ImmutableArray<Architecture> All =
    [
        new("convnext_tiny", s_image, ConvNeXt.Tiny),
        new("densenet121", s_image, DenseNet.Of121),
        new("efficientnet_b0", s_image, EfficientNet.B0),
        new("mobilenet_v2", s_image, MobileNetV2.Whole),
        new("mobilenet_v3_large", s_image, MobileNetV3.Large),
        new("regnet_y_400mf", s_image, RegNet.Y400MF),
        new("resnet18", s_image, ResNet.Of18),
        new("resnet50", s_image, ResNet.Of50),
        new("shufflenet_v2_x1_0", s_image, ShuffleNetV2.X1),
        new("squeezenet1_1", s_image, SqueezeNet.V11),
        new("unet", [1, 3, 256, 256], UNet.Whole),
        new("vgg16", s_image, Vgg.Of16),
        new("vit_b_16", s_image, VisionTransformer.B16),
    ];

    /// <summary>The architecture that <c>arch:NAME</c> names.</summary>
    /// <exception cref="ModelFormatException">PAR1001: none is called that.</exception>
    public static Architecture Find(string model) =>
        All.FirstOrDefault(known => known.Name == new ModelName(model).Architecture)
        ?? throw new ModelFormatException(model, -1, Codes.ModelUnreadable,
            $"no known architecture; known are {string.Join(", ", All.Select(known => known.Name))}");

    /// <summary>The architecture that <c>arch:NAME</c> names, with weights.</summary>
    /// <param name="model"><c>arch:resnet50</c>.</param>
    /// <param name="weights">What <see cref="WeightsFile.Open(string, Graph, Action{string})"/> takes.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException">PAR1001: unknown; PAR9003: no weights; PAR1003: they do not
    /// fit.</exception>
    public static TorchModel Open(string model, string? weights, Action<string>? note = null)
    {
        var graph = Find(model).Build();
        if (weights is null)
        {
            throw new ModelFormatException(model, -1, Codes.BadUsage,
                "an architecture has no weights of its own; give --weights FILE, or --weights seed:1 for made-up ones");
        }
        var dict = WeightsFile.Map(weights, WeightSlots.Of(graph), note, out var file);
        return new TorchModel(graph, dict, "architecture", file) { IsArchitecture = true };
    }
}
