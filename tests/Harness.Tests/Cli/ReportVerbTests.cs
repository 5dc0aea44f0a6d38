using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Parity.Verification;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class ReportVerbTests : IDisposable
{
    readonly SyntheticCase _one = new("golden/one"), _two = new("golden/two");
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shards_merge_to_what_one_run_reports(bool drifts)
    {
        if (drifts) _two.Shift(1e-3);
        const string Formats = "html,json,junit,markdown,sarif";
        string[] all = ["verify", _one.Root, _two.Root, "--format", Formats, "--report"];
        CommandLine.Run([.. all, _folder["whole"]]).ExitCode.Should().Be(drifts ? 1 : 0);
        CommandLine.Run([.. all, _folder["1"], "--shard", "1/2"]);
        CommandLine.Run([.. all, _folder["2"], "--shard", "2/2"]);

        // In any order of shards.
        var run = CommandLine.Run(
            "report", "merge", _folder["2"], _folder["1"], "--output", _folder["merged"], "--format", Formats);

        run.ExitCode.Should().Be(drifts ? 1 : 0, run.Error);
        run.OutLines[^1].Should().Be($"{(drifts ? 1 : 2)} of 2 cases hold");
        run.OutLines.Should().HaveCount(drifts ? 2 : 1, "what drifts is told as the shard told it");
        // Cases lie in the order of their names in both; times are in JUnit's alone, and in no parity.json.
        var whole = JsonReportReader.Read(_folder["whole"]);
        var sorted = whole with
        {
            Cases = [.. whole.Cases.OrderBy(verdict => verdict.Name, StringComparer.Ordinal)],
        };
        foreach (var report in ReportSet.All)
        {
            File.ReadAllText(Path.Combine(_folder["merged"], report.FileName)).Should()
                .Be(report.Render(sorted), report.Name);
        }
    }

    [Fact]
    public void A_red_report_stays_red_with_all_that_it_says()
    {
        CommandLine.RunWith(
            new() { [Faults.Variable] = "conv:swap-hw" }, "verify", _one.Directory, "--report", _folder["1"],
            "--format", "json,markdown,html").ExitCode.Should().Be(1);

        CommandLine.Run(
            "report", "merge", _folder["1"], "--output", _folder["merged"], "--format", "json,markdown,html").ExitCode
            .Should().Be(1);

        foreach (string file in new[] { "parity.json", "parity.md", "parity.html" })
        {
            File.ReadAllText(Path.Combine(_folder["merged"], file)).Should()
                .Be(File.ReadAllText(Path.Combine(_folder["1"], file)));
        }
    }

    [Fact]
    public void A_case_in_two_shards_and_a_shard_without_a_report_are_refused_before_anything_is_written()
    {
        CommandLine.Run("verify", _one.Directory, "--report", _folder["1"]).ExitCode.Should().Be(0);
        CommandLine.Run("verify", _one.Directory, "--report", _folder["2"]).ExitCode.Should().Be(0);
        Directory.CreateDirectory(_folder["empty"]);

        Refused("1", "2").Should().Contain($"the case '{_one.Directory}' on cpu is in '{_folder["1"]}' as well");
        Refused("1", "empty").Should().Contain("parity.json: error PAR9003: there is no such file");
        foreach (string text in new[]
        {
            "", "[]", "{}", """{"schema": 2}""", """{"schema": 2, "cases": [{}], "findings": []}""",
            """{"schema": 2, "holds": true, "cases": [], "findings": []}""",
            """{"schema": 2, "holds": true, "cases": [{}], "findings": [], "cases": []}""",
        })
        {
            File.WriteAllText(_folder["empty/parity.json"], text);
            Refused("empty").Should().Contain("no report that harness wrote");
        }
        File.WriteAllText(_folder["empty/parity.json"], """{"schema": 99, "cases": [], "findings": []}""");
        Refused("empty").Should().Contain("it has schema 99, this harness reads 2");
    }

    [Fact]
    public void A_shard_that_is_missing_named_twice_or_of_other_cases_is_refused_by_name()
    {
        for (int i = 1; i <= 3; i++) Shard(i, 3, [_one.Root, _two.Root]);
        Shard(2, 3, [_one.Root], "less");
        Shard(1, 4, [_one.Root, _two.Root], "fourth");
        using var other = new SyntheticCase("golden/other");
        Shard(2, 3, [_one.Root, other.Root], "other");

        Refused("1", "3").Should().Contain("shard 2/3 on cpu is missing").And.Contain("--shard 2/3");
        Refused("3").Should().Contain("shard 1/3, 2/3 on cpu is missing");
        Refused("1", "2", "3", "3").Should()
            .Contain($"shard 3/3 on cpu is in '{_folder["3"]}' and '{_folder["3"]}'; name each once");
        Refused("1", "less", "3").Should().Contain("is shard 1/3 of 2 cases").And.Contain("is 2/3 of 1");
        Refused("2", "fourth").Should().Contain("is shard 2/3 of 2 cases").And.Contain("is 1/4 of 2");
        Refused("1", "other", "3").Should()
            .Contain($"the goldens that '{_folder["1"]}' and '{_folder["other"]}' are shards of differ");
        string file = _folder["2/parity.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"cases\": 1,", "\"cases\": 0,"));
        Refused("1", "2", "3").Should().Contain("its shard has 0 cases, and 1 are in it");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"index\": 2", "\"index\": 4"));
        Refused("2").Should().Contain("no report that harness wrote: 'shard' is none");
    }

    [Fact]
    public void A_report_whose_numbers_contradict_its_word_is_refused()
    {
        CommandLine.Run("verify", _one.Directory, "--report", _folder["1"]).ExitCode.Should().Be(0);
        string file = _folder["1/parity.json"], report = File.ReadAllText(file);

        File.WriteAllText(file, report.Replace("\"beyond\": 0", "\"beyond\": 3"));
        Refused("1").Should().MatchRegex("the case '.*' holds, and its output '0' is beyond its limit");
        int first = report.IndexOf("\"holds\": true", report.IndexOf("\"cases\"", StringComparison.Ordinal),
            StringComparison.Ordinal);
        File.WriteAllText(file, report.Remove(first, 13).Insert(first, "\"holds\": false"));
        Refused("1").Should().Contain("is not what its findings say");
        int drift = report.IndexOf("\"holds\": true", report.IndexOf("\"float64\": [", StringComparison.Ordinal),
            StringComparison.Ordinal);
        File.WriteAllText(file, report.Remove(drift, 13).Insert(drift, "\"holds\": false"));
        Refused("1").Should().MatchRegex("the case '.*' holds, and its output '0' does not");
        File.WriteAllText(file, report.Insert(
            report.LastIndexOf("\"findings\": [", StringComparison.Ordinal) + 13,
            """{"code": "PAR2999", "place": "x", "message": "y"}"""));
        Refused("1").Should().Contain("the code 'PAR2999' is unknown");
    }

    [Fact]
    public void A_place_of_another_machine_is_one_of_this_repository()
    {
        string repository = Harness.Tests.Naive.NaiveWalkTests.Repository;
        Finding[] findings =
        [
            new(Codes.GoldenUnused, "/their/checkout/golden/a/golden.json(7)", "unused"),
            new(Codes.GoldenUnused, $"{Path.Combine(repository, "README.md")}(2)", "unused"),
            new(Codes.GoldenUnused, "/elsewhere/golden.json(3)", "unused"),
        ];
        Directory.CreateDirectory(_folder["1"]);
        string report = JsonReport.Render(new GateVerdict([], [.. findings]));
        report = report.Replace("\"place\": \"/their", "\"file\": \"golden/a/golden.json\",\n\"place\": \"/their");
        File.WriteAllText(_folder["1/parity.json"], report);

        JsonReportReader.Read(_folder["1"]).Findings.Select(finding => finding.Place).Should().Equal(
            $"{Path.Combine(repository, "golden/a/golden.json")}(7)", findings[1].Place, findings[2].Place);
        report.Should().Contain("\"file\": \"README.md\"");
    }

    [Fact]
    public void An_empty_shard_says_so_and_merges_with_the_others()
    {
        for (int i = 1; i <= 3; i++)
        {
            var run = Shard(i, 3, [_one.Root, _two.Root]);
            run.OutLines.Count(line => line == "shard 3/3 is empty: there are 2 cases; 2 shards at most have one each")
                .Should().Be(i == 3 ? 1 : 0);
        }
        var part = JsonReportReader.Read(_folder["3"]).Part!;
        (part.Shard.ToString(), part.Device, part.Cases, part.Of).Should().Be(("3/3", "cpu", 0, 2));

        var merged = CommandLine.Run(
            "report", "merge", _folder["3"], _folder["1"], _folder["2"], "--output", _folder["merged"]);

        merged.OutLines.Should().Equal("2 of 2 cases hold");
        JsonReportReader.Read(_folder["merged"]).Part.Should().BeNull();
    }

    CommandLine Shard(int index, int count, string[] goldens, string? name = null)
    {
        var run = CommandLine.Run(
            ["verify", .. goldens, "--report", _folder[name ?? $"{index}"], "--shard", $"{index}/{count}"]);
        run.ExitCode.Should().Be(0, run.Error);
        return run;
    }

    string Refused(params string[] shards)
    {
        var run = CommandLine.Run(
            ["report", "merge", .. shards.Select(shard => _folder[shard]), "--output", _folder["merged"]]);
        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        Directory.Exists(_folder["merged"]).Should().BeFalse();
        return run.ErrorLines.Should().ContainSingle().Which;
    }
}
