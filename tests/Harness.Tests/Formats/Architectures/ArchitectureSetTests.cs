using System.Security.Cryptography;
using System.Text;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Architectures;

namespace Harness.Tests.Formats.Architectures;

public sealed class ArchitectureSetTests
{
    /// <summary>What the state dicts of torchvision 0.14 (and of torch.hub's brain segmentation U-Net) hold besides
    /// <c>num_batches_tracked</c>: keys, elements, and the start of the SHA-256 of their lines <c>key (shape)</c>,
    /// sorted.</summary>
    public static TheoryData<string, int, long, string> Rows => new()
    {
        { "convnext_tiny", 182, 28_589_128, "e1fba4bb8eaf8746" },
        { "densenet121", 606, 8_062_504, "70ff301469a8dadf" },
        { "efficientnet_b0", 311, 5_330_564, "e40595846332be51" },
        { "mobilenet_v2", 262, 3_538_984, "3c54b5170b290e55" },
        { "mobilenet_v3_large", 266, 5_507_432, "98f258997f512f98" },
        { "regnet_y_400mf", 331, 4_371_296, "3a81d64a49c409d0" },
        { "resnet18", 102, 11_699_112, "bdd4d8c11a643b96" },
        { "resnet50", 267, 25_610_152, "9588fe69c1290a72" },
        { "shufflenet_v2_x1_0", 282, 2_294_784, "5c9867375776323e" },
        { "squeezenet1_1", 52, 1_235_496, "b8611c4aa7929ce2" },
        { "unet", 100, 7_768_929, "8823e646e064f603" },
        { "vgg16", 32, 138_357_544, "048f1c1720ddbe9f" },
        { "vit_b_16", 152, 86_567_656, "2b2bcab060aa106f" },
    };

    public static TheoryData<string> Names => [.. ArchitectureSet.All.Select(known => known.Name)];

    [Fact]
    public void Every_architecture_has_a_row_and_the_list_is_sorted() =>
        ArchitectureSet.All.Select(known => known.Name).Should().BeInAscendingOrder(StringComparer.Ordinal)
            .And.Equal(Rows.Select(row => (string)row[0]));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Keys_and_shapes_are_those_of_PyTorch(string name, int keys, long elements, string hash)
    {
        var parameters = ArchitectureSet.Find($"arch:{name}").Build().Parameters;
        parameters.Should().HaveCount(keys);
        parameters.Sum(parameter => parameter.Shape!.Value.Elements).Should().Be(elements);
        var lines = parameters.Select(p => $"{p.Key} {p.Shape}\n").Order(StringComparer.Ordinal);
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines)));
        Convert.ToHexStringLower(digest)[..16].Should().Be(hash);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Calls_have_names_of_their_own_and_every_parameter_is_read(string name)
    {
        var graph = ArchitectureSet.Find($"arch:{name}").Build();
        graph.Calls.Select(call => call.Name).Should().OnlyHaveUniqueItems().And.NotContain("");
        var read = graph.Calls.SelectMany(call => call.Arguments).OfType<ValueArgument>().Select(value => value.Id);
        graph.Parameters.Select(parameter => parameter.Value).Should().BeSubsetOf(read);
    }

    [Theory]
    [InlineData("arch:resnet18", "(1, 3, 224, 224)", "(1, 1000)")]
    [InlineData("arch:squeezenet1_1", "(2, 3, 97, 131)", "(2, 1000)")]
    [InlineData("arch:shufflenet_v2_x1_0", "(3, 3, 65, 98)", "(3, 1000)")]
    [InlineData("arch:unet", "(2, 3, 48, 80)", "(2, 1, 48, 80)")]
    public void Any_image_goes_that_PyTorch_takes(string model, string input, string output)
    {
        using var torch = ModelFile.Open(model, "seed:0");
        var nhwc = NhwcPass.Apply(torch, [Ops.CallText.Shape(input)]);
        nhwc.Outputs.Should().ContainSingle().Which.Shape!.Value.Should().Equal(Ops.CallText.Shape(output));
        torch.Format.Should().Be("architecture");
    }

    [Fact]
    public void A_checkpoint_with_batch_counters_fits_and_a_missing_key_is_named()
    {
        var graph = ArchitectureSet.Find("arch:resnet18").Build();
        using var folder = new TemporaryFolder();
        var weights = WeightsFile.Open("seed:3", graph).ToDictionary(entry => entry.Key, entry => entry.Value);
        weights["bn1.num_batches_tracked"] = Tensor.Of([], [7L]);
        SafetensorsFile.Write(folder["whole.safetensors"], weights);
        using var model = ModelFile.Open("arch:resnet18", folder["whole.safetensors"]);
        model.Weights.Keys.Should().BeEquivalentTo(graph.Parameters.Select(parameter => parameter.Key));
        weights.Remove("layer4.1.bn2.bias");
        SafetensorsFile.Write(folder["part.safetensors"], weights);
        var open = () => ModelFile.Open("arch:resnet18", folder["part.safetensors"]);
        open.Should().Throw<ModelFormatException>().WithMessage("*1 missing (layer4.1.bn2.bias)*").Which.Code.Should()
            .Be("PAR1003");
    }

    [Fact]
    public void Seeded_batch_norms_have_statistics_that_matter()
    {
        var weights = WeightsFile.Open("seed:0", ArchitectureSet.Find("arch:resnet18").Build());
        weights["bn1.running_var"].ToSingles().Should().OnlyContain(v => v >= 0.5f && v < 2).And.OnlyHaveUniqueItems();
        weights["bn1.running_mean"].ToSingles().Should().OnlyContain(m => m != 0);
    }

    [Theory]
    [InlineData("arch:resnet19", "seed:0", "PAR1001", "*no known architecture; known are convnext_tiny, *vit_b_16*")]
    [InlineData("arch:", "seed:0", "PAR1001", "*no known architecture*")]
    [InlineData("arch:resnet18", null, "PAR9003", "*has no weights of its own; give --weights*")]
    [InlineData("arch:resnet18", "seed:x", "PAR9003", "*a seed is a whole number*")]
    public void What_is_no_architecture_is_refused(string model, string? weights, string code, string message)
    {
        var open = () => ModelFile.Open(model, weights);
        open.Should().Throw<ModelFormatException>().WithMessage(message).Which.Code.Should().Be(code);
    }
}
