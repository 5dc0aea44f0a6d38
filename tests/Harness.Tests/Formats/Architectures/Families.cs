namespace Harness.Tests.Formats.Architectures;

/// <summary>One known architecture of each kind, and a small one: what holds of a plan holds of its relatives, which
/// are the same function with other numbers. <see cref="ArchitectureOutputTests"/> runs them all.</summary>
static class Families
{
    /// <summary>Their names, sorted.</summary>
    public static readonly string[] Names =
    [
        "convnext_tiny", "densenet121", "efficientnet_b0", "fasterrcnn_mobilenet_v3_large_320_fpn.backbone",
        "googlenet", "lraspp_mobilenet_v3_large", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_large",
        "regnet_y_400mf", "resnet18", "resnet50", "shufflenet_v2_x1_0", "squeezenet1_1",
        "ssdlite320_mobilenet_v3_large.backbone", "swin_t", "swin_v2_t", "unet", "vgg16", "vit_b_16",
    ];
}
