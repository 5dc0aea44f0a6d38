using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Architectures;

namespace Harness.Tests.Formats.Architectures;

public sealed class ArchitectureSetTests
{
    /// <summary>What the state dicts of torchvision hold (<c>make_keys.py</c>), and that of torch.hub's brain
    /// segmentation U-Net, besides <c>num_batches_tracked</c>: keys, elements, and the start of the SHA-256 of their
    /// lines <c>key (shape)</c>, sorted.</summary>
    public static TheoryData<string, int, long, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, int, long, string>();
            string[] unet = ["unet 100 7768929 8823e646e064f603"];
            foreach (string line in File.ReadLines(ArchitectureOutputTests.PathOf("keys.txt")).Concat(unet)
                .Order(StringComparer.Ordinal))
            {
                string[] words = line.Split(' ');
                rows.Add(words[0], int.Parse(words[1], CultureInfo.InvariantCulture),
                    long.Parse(words[2], CultureInfo.InvariantCulture), words[3]);
            }
            return rows;
        }
    }

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
        var read = graph.Calls.SelectMany(call => Values(call.Arguments));
        graph.Parameters.Select(parameter => parameter.Value).Should().BeSubsetOf(read);
    }

    static IEnumerable<int> Values(IEnumerable<Argument> arguments) => arguments.SelectMany(argument => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => Values(list.Items),
        _ => Enumerable.Empty<int>(),
    });

    [Theory]
    [InlineData("arch:mnasnet0_5", "(3, 3, 33, 50)", "(3, 1000)")]
    [InlineData("arch:resnet18", "(1, 3, 224, 224)", "(1, 1000)")]
    [InlineData("arch:swin_t", "(2, 3, 30, 201)", "(2, 1000)")]
    [InlineData("arch:swin_v2_t", "(1, 3, 5, 4)", "(1, 1000)")]
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

    // What torchvision's own loaders do to published files: names of earlier versions, heads for training, and what
    // stands behind a backbone.
    [Theory]
    [InlineData("densenet121", @"denselayer(\d+)\.(norm|conv)([12])\.", "denselayer$1.$2.$3.", null)]
    [InlineData("vit_b_32", @"mlp\.0\.", "mlp.linear_1.", null)]
    [InlineData("vit_b_32", @"mlp\.3\.", "mlp.linear_2.", null)]
    [InlineData(
        "fasterrcnn_resnet50_fpn.backbone", @"_blocks\.(\d)\.0\.", "_blocks.$1.", "roi_heads.box_head.fc6.weight")]
    [InlineData("retinanet_resnet50_fpn_v2.backbone", "^$", "", "head.regression_head.conv.0.0.weight")]
    [InlineData("ssdlite320_mobilenet_v3_large.backbone", "^$", "", "head.classification_head.module_list.0.1.bias")]
    [InlineData("googlenet", "^$", "", "aux2.fc1.weight")]
    [InlineData("inception_v3", "^$", "", "AuxLogits.conv0.bn.running_mean")]
    public void A_published_file_loads_by_name(string name, string pattern, string earlier, string? unread)
    {
        var graph = ArchitectureSet.Find($"arch:{name}").Build();
        using var folder = new TemporaryFolder();
        var current = WeightsFile.Open("seed:2", graph);
        var published = new StateDict();
        foreach (var (key, tensor) in current) published.Add(Regex.Replace(key, pattern, earlier), tensor);
        published.Keys.Except(current.Keys).Any().Should().Be(earlier.Length > 0);
        if (unread is not null) published.Add(unread, Tensor.Of([2], [1f, 2f]));
        SafetensorsFile.Write(folder["published.safetensors"], published);
        var notes = new List<string>();

        using var model = ModelFile.Open($"arch:{name}", folder["published.safetensors"], notes.Add);

        model.Weights.Keys.Should().BeEquivalentTo(current.Keys);
        foreach (var (key, tensor) in model.Weights)
            tensor.Bytes.Span.SequenceEqual(current[key].Bytes.Span).Should().BeTrue(key);
        notes.Any(note => note.Contains("1 tensors of ")).Should().Be(unread is not null);
    }

    [Fact]
    public void A_head_that_no_published_file_holds_is_unexpected_and_so_is_a_name_of_today_beside_its_earlier_one()
    {
        var graph = ArchitectureSet.Find("arch:googlenet").Build();
        using var folder = new TemporaryFolder();
        var weights = WeightsFile.Open("seed:2", graph);
        weights.Add("aux3.fc1.weight", Tensor.Of([1], [1f]));
        SafetensorsFile.Write(folder["other.safetensors"], weights);
        var open = () => ModelFile.Open("arch:googlenet", folder["other.safetensors"]);
        open.Should().Throw<ModelFormatException>().WithMessage("*1 unexpected (aux3.fc1.weight)*");

        var both = WeightsFile.Open("seed:2", ArchitectureSet.Find("arch:densenet121").Build());
        both.Add("features.denseblock1.denselayer1.norm.1.weight", Tensor.Of([1], [1f]));
        SafetensorsFile.Write(folder["both.safetensors"], both);
        open = () => ModelFile.Open("arch:densenet121", folder["both.safetensors"]);
        open.Should().Throw<ModelFormatException>().WithMessage("*denselayer1.norm.1.weight*");
    }

    // A window of 2 × 2: what torchvision's constructors compute, by hand.
    [Fact]
    public void Relative_places_are_those_of_torchvision()
    {
        double[] expected = [4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4];
        RelativePositions.Index(2, isFlat: true).ToDoubles().Should().Equal(expected);
        RelativePositions.Index(2, isFlat: false).Shape.Should().Equal(4, 4);
        // sign · log2(8 + 1) / 3 at the ends.
        RelativePositions.Coordinates(2).ToSingles()[..4].Should().Equal(-1.0566417f, -1.0566417f, -1.0566417f, 0);
    }

    [Fact]
    public void Made_up_weights_hold_what_a_module_computes_and_a_file_has_its_own()
    {
        var graph = ArchitectureSet.Find("arch:swin_v2_t").Build();
        const string Key = "features.1.0.attn.relative_coords_table";
        var weights = WeightsFile.Open("seed:0", graph);
        weights[Key].ToSingles().Should().Equal(RelativePositions.Coordinates(8).ToSingles());
        graph.Parameters.Single(p => p.Key == Key).IsBuffer.Should().BeTrue();
        using var folder = new TemporaryFolder();
        float[] other = [.. weights[Key].ToSingles().Select(value => value * 2)];
        var own = new StateDict();
        foreach (var (key, tensor) in weights) own.Add(key, key == Key ? Tensor.Of(tensor.Shape, other) : tensor);
        SafetensorsFile.Write(folder["own.safetensors"], own);
        WeightsFile.Open(folder["own.safetensors"], graph)[Key].ToSingles().Should().Equal(other);
    }

    [Fact]
    public void Seeded_batch_norms_have_statistics_that_matter()
    {
        var weights = WeightsFile.Open("seed:0", ArchitectureSet.Find("arch:resnet18").Build());
        weights["bn1.running_var"].ToSingles().Should().OnlyContain(v => v >= 0.5f && v < 2).And.OnlyHaveUniqueItems();
        weights["bn1.running_mean"].ToSingles().Should().OnlyContain(m => m != 0);
    }

    [Theory]
    [InlineData("arch:resnet19", "seed:0", "PAR1001", "*no known architecture; of * the nearest by name are resnet1*")]
    [InlineData("arch:", "seed:0", "PAR1001", "*no known architecture*")]
    [InlineData("arch:resnet18", null, "PAR9003", "*has no weights of its own; give --weights*")]
    [InlineData("arch:resnet18", "seed:x", "PAR9003", "*a seed is a whole number*")]
    public void What_is_no_architecture_is_refused(string model, string? weights, string code, string message)
    {
        var open = () => ModelFile.Open(model, weights);
        open.Should().Throw<ModelFormatException>().WithMessage(message).Which.Code.Should().Be(code);
    }
}
