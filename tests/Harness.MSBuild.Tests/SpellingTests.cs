using Harness.MSBuild.Names;

namespace Harness.MSBuild.Tests;

/// <summary>Which names are taken for slips of the pen, and, above all, which are not.</summary>
public class SpellingTests
{
    [Theory]
    [InlineData("Tolerence", "Tolerance")]
    [InlineData("Tolerace", "Tolerance")]
    [InlineData("tolernace", "Tolerance")]
    [InlineData("Weight", "Weights")]
    [InlineData("Wieghts", "Weights")]
    [InlineData("Weigth", "Weights")]
    [InlineData("Goldens", "Golden")]
    [InlineData("Goldne", "Golden")]
    [InlineData("Actuals", "Actual")]
    [InlineData("ActualTap", "ActualTaps")]
    [InlineData("InputShapes", "InputShape")]
    [InlineData("Input_Shape", "InputShape")]
    [InlineData("RecordReasons", "RecordReason")]
    public void A_slip_is_told_from_what_was_meant(string written, string meant) =>
        Spelling.Slip(written, KnownNames.Metadata).Should().Be(meant);

    // What teams and other tools hang on items.
    [Theory]
    [InlineData("Height")]
    [InlineData("Heights")]
    [InlineData("Width")]
    [InlineData("Layout")]
    [InlineData("Team")]
    [InlineData("Owner")]
    [InlineData("Speed")]
    [InlineData("Need")]
    [InlineData("Inputs")]
    [InlineData("Link")]
    [InlineData("LinkBase")]
    [InlineData("Pack")]
    [InlineData("PackagePath")]
    [InlineData("CopyToOutputDirectory")]
    [InlineData("Visible")]
    [InlineData("OriginalItemSpec")]
    [InlineData("MSBuildSourceProjectFile")]
    [InlineData("NuGetPackageId")]
    [InlineData("WeightsUrl")]
    [InlineData("GoldenOwner")]
    [InlineData("InputSize")]
    [InlineData("Reason")]
    [InlineData("A")]
    public void Words_of_others_are_left_alone(string name) =>
        Spelling.Slip(name, KnownNames.Metadata).Should().BeNull();

    [Fact]
    public void No_known_name_is_a_slip_of_another()
    {
        foreach (var names in (string[][])[KnownNames.Metadata, KnownNames.Properties])
            foreach (var name in names)
                Spelling.Slip(name, names.Where(other => other != name)).Should().BeNull(name);
    }

    [Theory]
    [InlineData("ParityTolerence", "ParityTolerance")]
    [InlineData("ParityGoldenDir", "ParityGoldenDirectory")]
    [InlineData("ParityThread", "ParityThreads")]
    [InlineData("ParityReportFormat", "ParityReportFormats")]
    [InlineData("ParityToleranceOfAll", "ParityTolerance")]
    [InlineData("ParityColour", null)]
    public void Of_our_own_prefix_more_is_guessed(string written, string? meant) =>
        Spelling.Nearest(written, KnownNames.Properties).Should().Be(meant);

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("abc", "ABC", 0)]
    [InlineData("abcd", "acbd", 1)]
    [InlineData("abcd", "abd", 1)]
    [InlineData("abd", "abcd", 1)]
    [InlineData("abcd", "abxd", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_slips(string a, string b, int distance)
    {
        Spelling.Distance(a, b).Should().Be(distance);
        Spelling.Distance(b, a).Should().Be(distance);
    }
}
