using Harness.Executor.Model;
using Harness.Formats.Architectures;
using Harness.Parity.Golden;
using Harness.Tests.Formats.Architectures;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Parity.Golden;

public sealed class ArchitectureGoldenTests
{
    // Outputs are stored whole: of planes that are large enough for every place of their windows to count they would be
    // megabytes. ArchitectureOutputTests holds these two, as all others.
    static readonly string[] s_dense = ["lraspp_mobilenet_v3_large", "ssdlite320_mobilenet_v3_large.backbone"];

    public static TheoryData<string> Names => [.. Families.Names.Except(s_dense)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_architecture_has_a_golden_at_its_own_size_and_at_one_that_is_not_square(string name)
    {
        var known = ArchitectureSet.Find($"arch:{name}");
        var goldens = Directory.GetDirectories(Path.Combine(GoldenModels.Folder, name))
            .Select(directory => GoldenStore.Read(directory)).ToArray();

        goldens.Should().OnlyContain(golden => golden.Document.Model.Architecture == name);
        Shape[] shapes = [.. goldens.Select(golden => golden.Document.Inputs.Single().Shape)];
        shapes.Should().OnlyHaveUniqueItems();
        bool outputsArePlanes = name != "unet" && goldens.All(
            golden => golden.Document.Outputs.All(port => port.Shape.Rank == 4));
        // Outputs are stored whole, and planes of features in their published size are megabytes.
        if (!outputsArePlanes) shapes.Should().Contain(known.Input);
        // A vision transformer's positions fit one size alone.
        if (name != "vit_b_16")
            shapes.Should().Contain(shape => shape[0] > 1 && shape[2] != shape[3] && shape[2] != known.Input[2]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_golden_of_an_architecture_stores_no_input_no_weights_and_little_of_each_node(string name)
    {
        foreach (string folder in Directory.GetDirectories(Path.Combine(GoldenModels.Folder, name)))
        {
            var golden = GoldenStore.Read(folder);
            long outputs = golden.Document.Outputs.Sum(port => port.Shape.Elements) * sizeof(double);
            long bytes = Directory.GetFiles(folder, "golden.*").Sum(file => new FileInfo(file).Length);

            golden.Document.Weights.Seed.Should().NotBeNull(folder);
            golden.Document.Inputs.Should().OnlyContain(port => port.Generator != null, folder);
            golden.Document.Probes.Should().NotBeEmpty(folder);
            (bytes - outputs).Should().BeLessThan(
                4000 + (450 * golden.Document.Probes.Length) + (120 * golden.Document.Sensitivity.Blind.Length),
                folder);
        }
    }
}
