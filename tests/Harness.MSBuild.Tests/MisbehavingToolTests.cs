namespace Harness.MSBuild.Tests;

/// <summary>What the task makes of a command that does not keep the contract: never green, always one coded line.</summary>
public class MisbehavingToolTests
{
    const string Model = """<ItemGroup><ParityModel Include="a.pt" /></ItemGroup>""";

    static readonly string Fake = $"-p:ParityToolPath={Scaffold.FakeTool}";

    [Fact]
    public void A_crash_is_one_error_that_tells_its_last_words()
    {
        using var scaffold = new Scaffold(Model);
        scaffold.Environment[Misbehaviour.Error] = "Unhandled exception. Segment 7\n";
        scaffold.Environment[Misbehaviour.Exit] = "134";

        var error = scaffold.Build(Fake).ShouldBeRed("PAR9003").Errors.Single();

        error.Text.Should().Contain("134").And.Contain("Segment 7");
        error.File.Should().Be(scaffold["Gate.csproj"]);
        error.Help.Should().StartWith("file://").And.EndWith("docs/codes.md#par9003");
        scaffold.Stamps.Should().BeEmpty();
    }
}
