using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Harness.MSBuild.Tests;

/// <summary>What a build's user is told to type, and where to write it.</summary>
public partial class BuildWordsTests
{
    static readonly BuildWords s_words =
        new("dotnet build /p/Gate.csproj -t:ParityRecord", "dotnet dnx Harness.Cli@1.0.0");

    [Theory]
    [InlineData("--float32 is 'maybe', expected strict", "ParityFloat32 is 'maybe', expected strict")]
    [InlineData("--threads is 'many'; harness --help lists verbs and options", "ParityThreads is 'many'")]
    [InlineData("HARNESS_REFERENCE is '/x', and no such file is there",
        "ParityReferencePath is '/x', and no such file is there")]
    [InlineData("--tolerance is '1e-20', expected a number", "ParityTolerance is '1e-20', expected a number")]
    [InlineData("--tolerance 1e-5 is strict", "ParityTolerance 1e-5 is strict")]
    [InlineData("a limit (stated for this run by --tolerance) is",
        "a limit (stated for this run by ParityTolerance) is")]
    [InlineData("state it with --input-shape (no input)", "state it with InputShape of its ParityModel (no input)")]
    [InlineData("and this model takes others: --input-shape 2,3,40,56 --input-shape 1,2",
        "and this model takes others: InputShape=\"2,3,40,56;1,2\" of its ParityModel")]
    [InlineData("give inputs (--input, --input-shape, --seed), or say why: --reason \"…\"",
        "give inputs (Input of its ParityModel, InputShape, Seed), or say why: RecordReason=\"…\"")]
    [InlineData("give --weights FILE, or --weights seed:1 for made-up ones",
        "give Weights of its ParityModel FILE, or Weights=\"seed:1\" for made-up ones")]
    [InlineData("or take --device cpu", "or take ParityTorch=cpu")]
    [InlineData("weights do not survive --flatten fold: x", "weights do not survive --flatten fold: x")]
    [InlineData("the file /a/--tolerance-b is there", "the file /a/--tolerance-b is there")]
    public void Options_are_what_a_project_calls_them(string said, string told) => s_words.Of(said).Should().Be(told);

    [Theory]
    [InlineData("stale: x; record it again: harness record \"/a b.pt\" --weights /w --golden /g",
        "stale: x; record it again: dotnet build /p/Gate.csproj -t:ParityRecord")]
    [InlineData("missing: no such folder; record one with harness record",
        "missing: no such folder; record one with dotnet build /p/Gate.csproj -t:ParityRecord")]
    [InlineData("drifts; where right: harness accept /g --received /r --reason \"…\"; report: /r",
        "drifts; where right: dotnet dnx Harness.Cli@1.0.0 accept /g --received /r --reason \"…\"; report: /r")]
    [InlineData("is loose; limits only tighten: harness accept /g --tolerance default",
        "is loose; limits only tighten: dotnet dnx Harness.Cli@1.0.0 accept /g --tolerance default")]
    public void Suggestions_can_be_pasted(string said, string told) => s_words.Of(said).Should().Be(told);

    [Fact]
    public void Every_option_that_a_build_gives_to_the_command_has_its_name_here()
    {
        var targets = XDocument.Load(Path.Combine(
            Scaffold.Repository, "src", "Harness.MSBuild", "build", "Harness.MSBuild.targets"));
        var given = targets.Descendants()
            .Where(element => element.Name.LocalName is "_ParityArgument" or "_ParityRecordArgument")
            .Select(element => element.Attribute("Include")?.Value ?? "")
            .SelectMany(text => OptionPattern().Matches(text))
            .Concat(OptionPattern().Matches(File.ReadAllText(Path.Combine(
                Scaffold.Repository, "src", "Harness.MSBuild", "ParityRecord.cs"))))
            .Select(match => match.Value).Distinct().ToList();

        given.Should().Contain(["--tolerance", "--input-shape"]);
        given.Except(BuildWords.Options).Should().Equal("--no-progress");
    }

    [GeneratedRegex("--[a-z][a-z0-9-]+")]
    private static partial Regex OptionPattern();
}
