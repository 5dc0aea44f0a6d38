using System.Text.RegularExpressions;
using Harness.MSBuild.Names;

namespace Harness.MSBuild.Tests;

/// <summary>Names that nothing reads, in real projects: told once, with the place and what was meant; and innocent
/// projects, of which nothing is told.</summary>
public partial class UnknownNameTests
{
    [Fact]
    public void Misspelt_metadata_and_properties_are_told_at_their_place_in_every_build_until_they_are_mended()
    {
        using var scaffold = new GoldenScaffold("""
            <PropertyGroup>
              <ParityTolerence Condition="'$(ParityTolerence)' == ''">1e-9</ParityTolerence>
            </PropertyGroup>
            <ItemGroup>
              <ParityModel Include="golden/models/*/model.pt" Golden="%(RelativeDir)"
                           Tolerence="1e-9">
                <Weight>w.safetensors</Weight>
              </ParityModel>
            </ItemGroup>
            """);
        for (var i = 0; i < 2; i++)
        {
            var told = scaffold.Verify("-p:ParityThread=1").ShouldBeGreen().Warnings.ToList();

            told.Should().OnlyContain(w => w.Code == "PAR9007" && w.Help!.EndsWith("docs/codes.md#par9007"));
            told.Should().OnlyContain(w => w.File == scaffold["Gate.csproj"]);
            told.Select(w => MeantPattern().Match(w.Text!).Value).Should().BeEquivalentTo(
                "'Tolerance'?", "'Weights'?", "'ParityTolerance'?", "'ParityThreads'?");
            foreach (var (name, line) in told.Select(w => (NamePattern().Match(w.Text!).Groups[1].Value, w.Line)))
            {
                if (name == "ParityThread")
                    line.Should().Be(0, "it stands on the command line");
                else
                    File.ReadAllLines(scaffold["Gate.csproj"])[line - 1].Should().Contain(name);
            }
            scaffold.Stamps.Should().BeEmpty();
        }
        scaffold.Verify("-p:ParityThread=1", "-p:NoWarn=PAR9007").ShouldBeGreen().Warnings.Should().BeEmpty();
        scaffold.Verify("-p:WarningsAsErrors=PAR9007").ExitCode.Should().Be(1);
    }

    [Fact]
    public void A_slip_that_comes_after_a_green_is_told_though_nothing_that_counts_has_changed()
    {
        using var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen().Warnings.Should().BeEmpty();
        scaffold.Verify().Runs.Should().Be(0);

        File.WriteAllText(scaffold["Directory.Build.props"], File.ReadAllText(scaffold["Directory.Build.props"])
            .Replace("</Project>", "<PropertyGroup><ParityFloat>off</ParityFloat></PropertyGroup></Project>"));

        var told = scaffold.Verify().ShouldBeGreen().Only("PAR9007");
        told.File.Should().Be(scaffold["Directory.Build.props"]);
        told.Text.Should().Be(
            "property 'ParityFloat' is unknown to the gate and does nothing; did you mean 'ParityFloat32'?");
    }

    [Fact]
    public void Models_under_a_wrong_name_are_told_beside_others_and_alone()
    {
        const string Wrong = """<ItemGroup><ParityModels Include="a.pt" /></ItemGroup>""";
        using var beside = new GoldenScaffold(GoldenScaffold.Models + Wrong);
        using var alone = new Scaffold(Wrong);

        beside.Verify().ShouldBeGreen().Only("PAR9007").Text.Should().StartWith("item 'ParityModels' is unknown")
            .And.EndWith("did you mean 'ParityModel'?");
        alone.Build(Scaffold.GateAlone).ShouldBeGreen().Only("PAR9007").Text.Should().StartWith("item 'ParityModels'");
    }

    // Names that something reads, in the project, beside it, or in what either imports; and those of other tools.
    [Fact]
    public void Nothing_is_told_of_a_project_that_uses_names_of_its_own()
    {
        using var scaffold = new GoldenScaffold("""
            <ItemDefinitionGroup>
              <ParityModel><Team>vision</Team><Height>224</Height></ParityModel>
            </ItemDefinitionGroup>
            <PropertyGroup>
              <ParityRegistry>https://models.example</ParityRegistry>
              <Tolerence>of something else</Tolerence>
              <ParityOfOurTools>x</ParityOfOurTools>
            </PropertyGroup>
            <ItemGroup>
              <ParityModel Include="golden/models/*/model.pt" Golden="%(RelativeDir)" Goldens="of our own"
                           Pack="false" Link="%(Filename)" Url="$(ParityRegistry)/%(Filename)" />
              <ParitySource Include="@(ParityModel)" />
              <!-- <ParityModle Include="x" Weight="y" /> <ParityTolerence>1</ParityTolerence> -->
            </ItemGroup>
            <Import Project="$(MSBuildThisFileDirectory)ours/tools.targets" />
            <Target Name="Fetch"><Message Text="@(ParitySource) %(ParityModel.Goldens)" /></Target>
            """);
        scaffold.Project.Write(
            "ours/tools.targets", "<Project><Import Project=\"more.targets\" /></Project>");
        scaffold.Project.Write("ours/more.targets", """
            <Project><Target Name="More"><Message Text="$(ParityOfOurTools) $(ParityAsked)" /></Target></Project>
            """);

        scaffold.Verify("-p:ParityAsked=yes").ShouldBeGreen().Warnings.Should().BeEmpty();
        scaffold.Verify("-p:ParityAsked=yes").ShouldBeGreen().Runs.Should().Be(0);
    }

    [Fact]
    public void A_project_without_models_pays_nothing_and_hears_nothing()
    {
        using var scaffold = new Scaffold("<PropertyGroup><Tolerence>1</Tolerence></PropertyGroup>");

        var build = scaffold.Build(Scaffold.GateAlone).ShouldBeGreen();

        build.Warnings.Should().BeEmpty();
        build.Events.Should().NotContain(e => e.Kind == "task" && e.Code == "ParityNames");
    }

    [Fact]
    public void Recording_tells_once_whatever_the_number_of_models()
    {
        using var scaffold = new Scaffold("""
            <ItemGroup><ParityModel Include="a.pt;b.pt;c.pt" InputShapes="1,2" /></ItemGroup>
            """);
        scaffold.Environment[Misbehaviour.Exit] = "0";

        var build = scaffold.Build($"-p:ParityToolPath={Scaffold.FakeTool}", "-t:ParityRecord", "--no-restore");

        build.ShouldBeGreen().Only("PAR9007").Text.Should().Contain("'InputShapes'").And.Contain("'a.pt'");
    }

    [Fact]
    public void The_names_that_are_known_are_those_that_the_gate_reads()
    {
        var folder = Path.Combine(Scaffold.Repository, "src", "Harness.MSBuild");
        var targets = string.Concat(Directory.GetFiles(Path.Combine(folder, "build")).Select(File.ReadAllText));
        var code = string.Concat(Directory.GetFiles(folder, "Parity*.cs").Select(File.ReadAllText));

        PropertyPattern().Matches(targets).Select(match => match.Groups[1].Value).Distinct().Should()
            .BeEquivalentTo(KnownNames.Properties);
        MetadataPattern().Matches(code).Select(match => match.Groups[1].Value).Distinct().Should()
            .BeEquivalentTo(KnownNames.Metadata);
    }

    // One table a page, none of which may lack a name: what only the gate's own tests set is no one's interface.
    [Theory]
    [InlineData("docs/msbuild.md")]
    [InlineData("docs/codes.md")]
    [InlineData("src/Harness.MSBuild/README.md")]
    public void Every_page_that_lists_names_lists_all(string page)
    {
        var text = File.ReadAllText(Path.Combine(Scaffold.Repository, page));

        KnownNames.Properties.Except(["ParityHelpPage", "ParityTaskFactory"]).Concat(KnownNames.Metadata).Should()
            .OnlyContain(name => text.Contains($"`{name}`"));
    }

    [GeneratedRegex(@"'\w+'\?$")]
    private static partial Regex MeantPattern();

    [GeneratedRegex(@"(?:property|metadata) '(\w+)'")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\$\((Parity\w+)\)")]
    private static partial Regex PropertyPattern();

    [GeneratedRegex("(?:GetMetadata|Each|One)\\(\"(\\w+)\"")]
    private static partial Regex MetadataPattern();
}
