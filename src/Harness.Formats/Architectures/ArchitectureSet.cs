using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats.Weights;

namespace Harness.Formats.Architectures;

/// <summary>The known architectures. To add one: a line in its family's file, or a file and its line here.</summary>
public static class ArchitectureSet
{
    // Names that are shown for one that is not known, and how much of that is compared.
    const int Shown = 5, MostLetters = 100;

    /// <summary>Every architecture, sorted by name.</summary>
    public static readonly ImmutableArray<Architecture> All =
    [
        .. ((Architecture[])
        [
            .. AlexNet.All, .. ConvNeXt.All, .. DenseNet.All, .. EfficientNet.All, .. FeaturePyramid.All,
            .. GoogLeNet.All, .. InceptionV3.All, .. MaxVit.All, .. MnasNet.All, .. MobileNetV2.All, .. MobileNetV3.All,
            .. RegNet.All, .. ResNet.All, .. Segmentation.All, .. ShuffleNetV2.All, .. SingleShot.All,
            .. SqueezeNet.All, .. SwinTransformer.All, .. UNet.All, .. Vgg.All, .. VisionTransformer.All,
        ]).OrderBy(known => known.Name, StringComparer.Ordinal),
    ];

    /// <summary>The architecture that <c>arch:NAME</c> names.</summary>
    /// <exception cref="ModelFormatException">PAR1001: none is called that.</exception>
    public static Architecture Find(string model)
    {
        string? name = new ModelName(model).Architecture;
        return All.FirstOrDefault(known => known.Name == name)
            ?? throw new ModelFormatException(model, -1, Codes.ModelUnreadable,
                $"no known architecture; of {All.Length} the nearest by name are "
                + string.Join(", ", Near(name ?? "")));
    }

    /// <summary>The architecture that <c>arch:NAME</c> names, with weights.</summary>
    /// <param name="model"><c>arch:resnet50</c>.</param>
    /// <param name="weights">What <see cref="WeightsFile.Open(string, Graph, Action{string})"/> takes.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException">PAR1001: unknown; PAR9003: no weights; PAR1003: they do not
    /// fit.</exception>
    public static TorchModel Open(string model, string? weights, Action<string>? note = null)
    {
        var known = Find(model);
        var graph = known.Build();
        if (weights is null)
        {
            throw new ModelFormatException(model, -1, Codes.BadUsage,
                "an architecture has no weights of its own; give --weights FILE, or --weights seed:1 for made-up ones");
        }
        var dict = WeightsFile.Map(weights, WeightSlots.Of(graph), note, out var file, known.Published);
        return new TorchModel(graph, dict, "architecture", file) { IsArchitecture = true };
    }

    // By how many letters are to be changed, added or taken off.
    static IEnumerable<string> Near(string name) => All.Select(known => known.Name)
        .OrderBy(known => Edits(known, name.Length > MostLetters ? name[..MostLetters] : name))
        .Take(Shown);

    static int Edits(string a, string b)
    {
        int[] before = [.. Enumerable.Range(0, b.Length + 1)], now = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                now[j] = Math.Min(changed, Math.Min(before[j], now[j - 1]) + 1);
            }
            (before, now) = (now, before);
        }
        return before[^1];
    }
}
