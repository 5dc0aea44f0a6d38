using Harness.Formats;
using static TorchSharp.torch;

namespace Harness.Reference.Tests;

/// <summary>What TorchSharp saves is read as what it was.</summary>
public sealed class TorchSharpWeightsTests
{
    [Fact]
    public void What_TorchSharp_saves_gives_its_tensors()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.dat");
        using var module = nn.Sequential(("conv", nn.Conv2d(3, 5, (2, 3))), ("bn", nn.BatchNorm2d(5)));
        try
        {
            module.save(path);

            var (key, tensors) = WeightsFile.List(path).Should().ContainSingle().Which;

            key.Should().BeEmpty();
            tensors.Select(one => $"{one.Name} {one.Shape}").Should().BeEquivalentTo(
                module.state_dict().Select(one => $"{one.Key} ({string.Join(", ", one.Value.shape)})"));
            WeightsFile.Is(path).Should().BeTrue();
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
            WeightsFile.Is(path).Should().BeFalse("a byte is missing");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
