namespace Harness.Tests.Cli;

public sealed class FuzzVerbTests
{
    [Fact]
    public void Without_libtorch_nothing_is_drawn()
    {
        var run = CommandLine.Run("fuzz", "--seed", "1", "--count", "2");

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        run.ErrorLines.Should().ContainSingle().Which.Should()
            .Contain("error PAR9001: Harness.Reference.dll is not there");
        Directory.Exists("fuzz").Should().BeFalse();
    }

    [Fact]
    public void A_folder_for_failures_that_cannot_be_is_told_before_anything_runs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["taken"], "");

        var run = CommandLine.Run("fuzz", "--seed", "1", "--output", folder["taken"]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain("is a file, not a folder");
        CommandLine.Run("fuzz", "--seed", "1", "--output", folder["new/below"]).Error.Should().Contain("PAR9001");
        Directory.GetFileSystemEntries(folder.Path).Should().ContainSingle("nothing is left behind");
    }

    [Theory]
    [InlineData("--seed is 'abc', expected a whole number", "--seed", "abc")]
    [InlineData("--seed is '-1', expected a number from 0", "--seed", "-1")]
    [InlineData("--count is '0', expected a number from 1", "--count", "0")]
    [InlineData("--minutes is '-2', expected a number above 0", "--minutes", "-2")]
    [InlineData("--case is '-3', expected a number from 0", "--seed", "1", "--case", "-3")]
    [InlineData("--case needs --seed", "--case", "3")]
    [InlineData("--case is one case; --count and", "--seed", "1", "--case", "3", "--count", "2")]
    [InlineData("'more' is unknown here", "more")]
    public void What_makes_no_sense_is_one_line_and_exit_code_2(string complaint, params string[] words)
    {
        var run = CommandLine.Run(["fuzz", .. words]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain("error PAR9003: " + complaint);
    }
}
