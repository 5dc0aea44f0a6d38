namespace Harness.MSBuild.Tests;

/// <summary>Flax source that a build writes of what holds.</summary>
public class ExportFlaxTests
{
    const string Project = """
        <ItemGroup>
          <ParityModel Include="golden/models/guide_cnn/model.pt" Golden="golden/models/guide_cnn"
                       ExportFlax="out/guide" FlaxApi="nnx" />
          <ParityModel Include="golden/models/multi_out/model.pt" Golden="golden/models/multi_out" />
          <ParityModel Include="golden/models/se_silu_small/model.pt" Golden="golden/models/se_silu_small"
                       ExportFlax="out/gate" />
        </ItemGroup>
        """;

    [Fact]
    public void A_green_build_writes_it_once_and_again_when_a_file_of_it_goes()
    {
        using var scaffold = new GoldenScaffold(Project);

        scaffold.Verify().ShouldBeGreen();

        File.ReadAllText(scaffold["out/guide/model.py"]).Should().Contain("from flax import nnx");
        File.Exists(scaffold["out/guide/params.safetensors"]).Should().BeTrue();
        File.ReadAllText(scaffold["out/gate/model.py"]).Should().Contain("from flax import linen as nn");
        File.ReadAllText(scaffold["out/gate/README.md"]).Should().Contain("outputs of PyTorch");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);

        File.Delete(scaffold["out/guide/check.py"]);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        File.Exists(scaffold["out/guide/check.py"]).Should().BeTrue();
    }

    [Fact]
    public void A_red_build_writes_nothing()
    {
        using var scaffold = new GoldenScaffold(Project);
        scaffold.ChangeOneWeight("golden/models/multi_out/model.pt");

        scaffold.Verify().ShouldBeRed("PAR3002");

        Directory.Exists(scaffold["out"]).Should().BeFalse();
    }

    [Fact]
    public void An_unknown_library_is_told()
    {
        using var scaffold = new GoldenScaffold(Project.Replace("FlaxApi=\"nnx\"", "FlaxApi=\"haiku\""));

        scaffold.Verify().ShouldBeRed("PAR9003").Only("PAR9003").Text.Should()
            .Contain("flaxApi is 'haiku', expected linen or nnx");
    }
}
