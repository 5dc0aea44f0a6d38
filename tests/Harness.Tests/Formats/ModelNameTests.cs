using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class ModelNameTests
{
    static readonly string s_folder = Path.GetFullPath("folder");

    [Theory]
    [InlineData("arch:resnet50", "resnet50")]
    [InlineData("arch:", "")]
    [InlineData("ARCH:resnet50", null)]
    [InlineData("models/arch:resnet50", null)]
    [InlineData("model.pt", null)]
    public void A_name_before_a_colon_is_an_architecture_and_the_rest_are_files(string text, string? architecture)
    {
        var name = new ModelName(text);

        name.Architecture.Should().Be(architecture);
        name.IsArchitecture.Should().Be(architecture is not null);
        name.File.Should().Be(architecture is null ? text : null);
        name.ToString().Should().Be(text);
        name.In(s_folder).Text.Should().Be(architecture is null ? Path.Combine(s_folder, text) : text);
    }

    [Theory]
    [InlineData("seed:0", 0L)]
    [InlineData("seed:9223372036854775807", long.MaxValue)]
    [InlineData("seed:9223372036854775808", null)]
    [InlineData("seed:-1", null)]
    [InlineData("seed:+1", null)]
    [InlineData("seed: 1", null)]
    [InlineData("seed:1.0", null)]
    [InlineData("seed:", null)]
    public void A_seed_is_a_whole_number_from_0(string text, long? seed)
    {
        var name = new WeightsName(text);

        name.IsSeed.Should().BeTrue();
        name.Seed.Should().Be(seed);
        name.File.Should().BeNull();
        name.In(s_folder).Should().Be(name);
    }

    [Fact]
    public void Weights_without_a_seed_are_a_file()
    {
        var name = new WeightsName("weights.npz");

        (name.IsSeed, name.Seed, name.File).Should().Be((false, null, "weights.npz"));
        name.In(s_folder).Text.Should().Be(Path.Combine(s_folder, "weights.npz"));
    }

    [Fact]
    public void What_is_made_is_read_again()
    {
        ModelName.OfArchitecture("vgg16").Architecture.Should().Be("vgg16");
        WeightsName.OfSeed(long.MaxValue).Seed.Should().Be(long.MaxValue);
    }
}
