using Harness.Cli;
using Harness.Cli.Answer;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class GateAnswerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly StringWriter _out = new() { NewLine = "\n" };
    readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose()
    {
        _folder.Dispose();
        _out.Dispose();
        _error.Dispose();
    }

    string[] Give(GateVerdict gate, string annotate = "none", string? summary = null, params string[] formats)
    {
        var terminal = new Terminal(
            _out, _error, name => name == StepSummary.Variable ? summary : null, "", CancellationToken.None);
        var answer = new GateAnswer(
            formats.Length == 0 ? null : _folder["report"], ReportSet.Named(formats).Reports,
            Annotations.All.First(one => one.Name == annotate));
        answer.GiveCounted(terminal, gate);
        return _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static Verdict Drifting(string name, double error, string code = Codes.OutputDrift) =>
        new(name, $"{name}/golden.json", [new Finding(code, $"{name}/golden.json(3)", $"'{name}' drifts")])
        {
            Float64 = [Drift.Measure("0", [1], [error], [0], Tolerance.Default)],
        };

    static GateVerdict Many(int count, string code) =>
        new([.. Enumerable.Range(0, count).Select(i => Drifting($"c{i}", 1 + i, code))], []);

    [Fact]
    public void The_worst_is_told_first_and_warnings_last()
    {
        var lines = Give(new GateVerdict(
            [
                Drifting("warned", 9e9, Codes.AboveRounding), Drifting("little", 1e-3), Drifting("much", 1e3),
                new Verdict("stale", "", [new Finding(Codes.GoldenStale, "stale/golden.json(3)", "'stale'")]),
            ],
            [new Finding(Codes.GoldenUnused, "unused", "'unused'")]));

        lines.Select(line => line.Split('\'').ElementAtOrDefault(1)).Should()
            .Equal("stale", "unused", "much", "little", "warned", "s");
        lines[^1].Should().Be("1 of 4 cases hold, and 1 of what is wrong is no case's");
    }

    [Fact]
    public void What_would_bury_the_rest_is_counted_code_by_code()
    {
        var many = Many(GateAnswer.MostErrors + 7, Codes.OutputDrift);

        var lines = Give(
            new GateVerdict(
                [.. many.Cases, Drifting("rare", 1e-9, Codes.Float32Drift),
                    .. Many(GateAnswer.MostWarnings + 3, Codes.AboveRounding).Cases], []),
            formats: ["json", "html"]);

        lines.Count(line => line.Contains("': drifts", StringComparison.Ordinal)
            || line.Contains("' drifts", StringComparison.Ordinal)).Should()
            .Be(GateAnswer.MostErrors + GateAnswer.MostWarnings);
        lines.Should().ContainSingle(line => line.Contains("'rare' drifts"), "a code's first is always there");
        string report = Path.Combine(_folder["report"], "parity.html");
        lines.Should().Contain($"harness: error PAR2001: and 8 more of PAR2001; {report} has all");
        lines.Should().Contain($"harness: warning PAR2003: and 3 more of PAR2003; {report} has all");
        lines.First(line => line.Contains("'c56'")).Should().EndWith($"; report: {report}");
    }

    [Fact]
    public void Reports_of_formats_that_are_not_written_anew_go()
    {
        var green = new GateVerdict([], []);
        Give(green, formats: ["json", "html", "sarif"]);
        File.WriteAllText(Path.Combine(_folder["report"], "notes.txt"), "mine");
        File.WriteAllText(Path.Combine(_folder["report"], "parity.junit.xml"), "of somebody's who had the same name");

        Give(green, formats: ["markdown"]);

        Directory.GetFiles(_folder["report"]).Select(Path.GetFileName).Should()
            .BeEquivalentTo("parity.md", "notes.txt", "parity.junit.xml");
    }

    [Theory]
    [InlineData("github", "::error title=PAR2001::100%25 of%0Aall")]
    [InlineData("azure", "##vso[task.logissue type=error;code=PAR2001]100%AZP25 of%0Aall")]
    public void Annotations_are_escaped_as_the_service_demands(string annotate, string line) =>
        Give(new GateVerdict([], [new Finding(Codes.OutputDrift, "harness", "100% of\nall")]), annotate)
            .Should().Contain(line);

    [Fact]
    public void Annotations_name_the_file_as_the_repository_does()
    {
        string file = Path.Combine(Harness.Tests.Naive.NaiveWalkTests.Repository, "golden", "a,b:c.json");

        Give(new GateVerdict([], [new Finding(Codes.AboveRounding, $"{file}(4)", "m")]), "github").Should()
            .Contain("::warning file=golden/a%2Cb%3Ac.json,line=4,title=PAR2003::m");
    }

    [Fact]
    public void A_step_s_summary_is_appended_to_and_never_grows_beyond_what_the_service_takes()
    {
        string file = _folder["summary.md"];
        File.WriteAllText(file, "before\n");
        var gate = new GateVerdict(
            [.. Enumerable.Range(0, 2_000).Select(i => Drifting($"c{i}" + new string('x', 400), 1 + i))], []);

        Give(gate, summary: file);
        long once = new FileInfo(file).Length;
        Give(gate, summary: file);

        string text = File.ReadAllText(file);
        text.Should().StartWith("before\n# Parity\n").And.Contain("more parts have no room here");
        text.IndexOf("c1999", StringComparison.Ordinal).Should().BeLessThan(
            text.IndexOf("c1998", StringComparison.Ordinal), "the worst case comes first");
        once.Should().BeInRange(900_000, 1 << 20);
        new FileInfo(file).Length.Should().BeInRange(once, 1 << 20);
    }

    [Fact]
    public void A_report_that_cannot_be_written_hides_neither_count_nor_summary()
    {
        string file = _folder["summary.md"];
        Directory.CreateDirectory(Path.Combine(_folder["report"], "parity.json"));

        FluentActions.Invoking(() => Give(Many(2, Codes.OutputDrift), summary: file, formats: ["json"]))
            .Should().Throw<IOException>();

        _out.ToString().Should().EndWith("0 of 2 cases hold\n");
        File.ReadAllText(file).Should().Contain("'c1' drifts");
    }

    [Fact]
    public void A_summary_that_cannot_be_written_changes_no_answer()
    {
        Give(new GateVerdict([], []), summary: Path.Combine(_folder.Path, "no", "such", "file"))
            .Should().Equal("0 of 0 cases hold");
        _error.ToString().Should().StartWith("note: GITHUB_STEP_SUMMARY names ");
    }

    [Fact]
    public async Task Projects_that_are_built_at_once_lose_nothing_of_a_summary()
    {
        string file = _folder["summary.md"];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => StepSummary.Append(
            new Terminal(TextWriter.Null, TextWriter.Null, _ => file, "", CancellationToken.None),
            new GateVerdict([], [])))));

        File.ReadAllText(file).Split("# Parity").Should().HaveCount(9);
    }
}
