using System.Text.Json;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class HistoryOptionTests : IDisposable
{
    readonly SyntheticCase _case = new("golden/net");
    readonly TemporaryFolder _folder = new();

    string History => _folder["nightly/history.jsonl"];

    public void Dispose()
    {
        _case.Dispose();
        _folder.Dispose();
    }

    CommandLine Verify(params string[] more) => CommandLine.RunWith(
        new() { ["BUILD_SOURCEVERSION"] = "c0ffee" }, ["verify", _case.Directory, "--history", History, .. more]);

    [Fact]
    public void Each_run_adds_a_line_and_growth_that_passes_is_told()
    {
        Verify().ExitCode.Should().Be(0);
        Verify().Out.Should().NotContain("PAR2005");
        _case.Shift(SyntheticCase.AboveRounding);

        var run = Verify("--report", _folder["report"], "--format", "json,html");

        // A shifted output is another recording: nothing to be held to yet.
        run.ExitCode.Should().Be(0);
        run.Out.Should().NotContain("PAR2005").And.Contain("PAR2003");
        Rewrite(line => line.Replace(Golden(0), Golden(2)));

        run = Verify("--report", _folder["report"], "--format", "json,html");

        run.ExitCode.Should().Be(0);
        run.Out.Should().MatchRegex(@"golden\.json\(1\): warning PAR2005: output '0' holds .* of 3 earlier runs")
            .And.Contain("the last of commit c0ffee");
        File.ReadAllLines(History).Should().HaveCount(4);
        File.ReadAllText(_folder["report/parity.html"]).Should().Contain("class=\"spark\"").And.Contain("PAR2005");

        string Golden(int line) =>
            JsonElement.Parse(File.ReadAllLines(History)[line]).GetProperty("golden").GetString()!;
    }

    void Rewrite(Func<string, string> change) =>
        File.WriteAllLines(History, File.ReadAllLines(History).Select(change).ToArray());

    [Fact]
    public void Merged_reports_carry_the_earlier_runs()
    {
        Verify();
        Verify("--report", _folder["1"], "--format", "json,html");

        CommandLine.Run("report", "merge", _folder["1"], "--output", _folder["merged"], "--format", "json,html")
            .ExitCode.Should().Be(0);

        JsonReportReader.Read(_folder["merged"]).Cases[0].History.Should().ContainSingle();
        foreach (string file in (string[])["parity.json", "parity.html"])
        {
            File.ReadAllText(Path.Combine(_folder["merged"], file)).Should()
                .Be(File.ReadAllText(Path.Combine(_folder["1"], file)));
        }
    }

    [Fact]
    public void A_broken_history_is_one_line_and_exit_code_2_before_anything_is_verified()
    {
        Verify();
        File.AppendAllText(History, "{\"schema\":1,\"ti");
        string before = File.ReadAllText(History);

        var run = Verify("--report", _folder["report"]);

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        run.ErrorLines.Should().ContainSingle().Which.Should()
            .StartWith($"{History}(2): error PAR9003: this line of the history cannot be read");
        File.ReadAllText(History).Should().Be(before);
        Directory.Exists(_folder["report"]).Should().BeFalse();
    }

    [Fact]
    public void A_fault_on_purpose_leaves_the_history_alone()
    {
        Verify();

        CommandLine.RunWith(
            new() { [Faults.Variable] = "conv:swap-hw" }, "verify", _case.Directory, "--history", History).ExitCode
            .Should().Be(1);

        File.ReadAllLines(History).Should().HaveCount(1);
    }
}
