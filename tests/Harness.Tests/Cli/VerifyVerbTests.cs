using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Parity.Golden;
using Harness.Parity;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class VerifyVerbTests : IDisposable
{
    readonly SyntheticCase _case = new("golden/net");
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _case.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_case_that_was_recorded_with_another_is_verified_with_it()
    {
        string second = Path.Combine(_case.Directory, GoldenStore.SecondName);
        Directory.CreateDirectory(second);
        foreach (string file in Directory.GetFiles(_case.Directory, "golden.*"))
            File.Copy(file, Path.Combine(second, Path.GetFileName(file)));
        string list = Cases(new { model = _case.Model, weights = _case.Weights, golden = _case.Directory });

        CommandLine.Run("accept", second, "--add").ExitCode.Should().Be(0);

        var run = CommandLine.Run("verify", "--cases", list, "--golden-root", _case.Root);
        run.OutLines[^1].Should().Be("2 of 2 cases hold", run.Out);
        CommandLine.Run("verify", _case.GoldenFile, "--list").OutLines.Should().HaveCount(2);
        CommandLine.Run("verify", second, "--list").OutLines.Should().HaveCount(2);
    }

    [Fact]
    public void A_case_that_holds_is_one_line_and_exit_code_0()
    {
        var run = CommandLine.Run("verify", _case.Root, "--threads", "1");

        run.ExitCode.Should().Be(0);
        run.OutLines.Should().HaveCount(2);
        run.OutLines[0].Should().StartWith($"holds {_case.Directory}").And.Contain("float64").And.Contain("float32");
        run.OutLines[1].Should().Be("1 of 1 cases hold");
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void Drift_is_one_canonical_error_line_and_exit_code_1()
    {
        _case.Shift(1e-3);

        var run = CommandLine.Run("verify", _case.Directory);

        run.ExitCode.Should().Be(1);
        run.OutLines.Should().HaveCount(3);
        run.OutLines[1].Should().MatchRegex(@"^" + Regex.Escape(_case.GoldenFile) + @"\(\d+\): error PAR2001: \S");
    }

    [Fact]
    public void A_warning_is_told_and_does_not_fail()
    {
        _case.Shift(SyntheticCase.AboveRounding);

        var run = CommandLine.Run("verify", _case.Directory);

        run.ExitCode.Should().Be(0);
        run.Out.Should().Contain(": warning PAR2003: ");
    }

    [Fact]
    public void An_injected_fault_is_loud_and_red()
    {
        var run = CommandLine.RunWith(new() { [Faults.Variable] = "conv:swap-hw" }, "verify", _case.Directory);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain("A FAULT IS INJECTED ON PURPOSE");
        run.Out.Should().Contain("error PAR2001: [fault injected: conv:swap-hw]");
    }

    [Fact]
    public void Reports_are_written_on_request_in_the_formats_named()
    {
        var run = CommandLine.Run(
            "verify", _case.Directory, "--report", _folder["report"], "--format", "sarif,json,junit,html,markdown");

        run.ExitCode.Should().Be(0);
        Directory.GetFiles(_folder["report"]).Should().HaveCount(5);
    }

    [Fact]
    public void The_search_finds_nothing_is_PAR3001()
    {
        var run = CommandLine.Run("verify", _folder.Path);

        run.ExitCode.Should().Be(1);
        run.OutLines[0].Should()
            .Be($"{_folder.Path}: error PAR3001: golden missing: no golden.json below; record one with harness record");
    }

    [Fact]
    public void A_missing_folder_does_not_hide_the_other_cases()
    {
        var run = CommandLine.Run("verify", _folder["nowhere"], _case.Directory);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain($"holds {_case.Directory}").And.Contain("error PAR3001");
    }

    [Fact]
    public void A_list_of_cases_is_verified_and_unused_goldens_are_told()
    {
        using var unused = new SyntheticCase("unused");
        string list = Cases(new { model = _case.Model, golden = _case.Directory, weights = _case.Weights });

        var run = CommandLine.Run("verify", "--cases", list, "--golden-root", unused.Root);
        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain($"{unused.GoldenFile}(1): error PAR3004: ").And.Contain("1 of 1 cases hold");

        CommandLine.Run("verify", "--cases", list, "--golden-root", unused.Root, "--permit-unused").ExitCode.Should()
            .Be(0);
        CommandLine.Run("verify", "--cases", list, "--golden-root", _case.Root).ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_case_may_have_a_limit_of_its_own()
    {
        _case.Shift(1e-5);

        string list = Cases(
            new { model = _case.Model, golden = _case.Directory, weights = _case.Weights, tolerance = 1e-4 });

        var run = CommandLine.Run("verify", "--cases", list);

        run.ExitCode.Should().Be(0);
        run.Out.Should().Contain("limit 1.0e-4").And.Contain("warning PAR2003");
    }

    [Fact]
    public void A_model_whose_golden_is_missing_is_PAR3001()
    {
        var run = CommandLine.Run("verify", "--cases", Cases(new { model = _case.Model, golden = _folder["nothing"] }));

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain($"{_folder["nothing/golden.json"]}: error PAR3001: ");
    }

    [Fact]
    public void A_model_other_than_the_recorded_one_is_stale()
    {
        string other = _folder["graph.json"];
        File.WriteAllText(other, File.ReadAllText(_case.Model) + "\n");

        var run = CommandLine.Run(
            "verify", "--cases", Cases(new { model = other, golden = _case.Directory, weights = _case.Weights }));

        run.ExitCode.Should().Be(1);
        run.Out.Should().MatchRegex(@"golden\.json\(\d+\): error PAR3002: ");
    }

    public static readonly TheoryData<string, string> BadLists = new()
    {
        { "", "no JSON" },
        { "{}", "expected a list" },
        { "[]", "holds no case" },
        { "[1]", "expected a case" },
        { """[{"model": "m"}]""", "names no golden" },
        { """[{"golden": "g"}]""", "names no model" },
        { """[{"model": "m", "golden": "g", "tolerance": -1}]""", "tolerance is '-1', expected" },
        { """[{"model": "m", "golden": "g", "tolerance": "tight"}]""", "tolerance is 'tight', expected" },
        { """[{"model": "m", "golden": "g", "tolerance": 1e-20}]""", "expected a number such as 1e-6" },
        { """[{"model": "m", "golden": "g", "colour": "red"}]""", "'colour' is unknown" },
        { """[{"model": 3, "golden": "g"}]""", "should be a string" },
        { """[{"model": "m", "golden": "g", "golden": "h"}]""", "no JSON" },
    };

    [Theory]
    [MemberData(nameof(BadLists))]
    public void A_list_that_is_none_is_refused(string list, string message)
    {
        string file = _folder["cases.json"];
        File.WriteAllText(file, list);

        var run = CommandLine.Run("verify", "--cases", file);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith($"{file}: error PAR9003: ")
            .And.Contain(message);
    }

    public static readonly TheoryData<string[], string> BadLines = new()
    {
        { ["--shard", "0/2"], "--shard" },
        { ["--shard", "3/2"], "--shard" },
        { ["--shard", "half"], "--shard" },
        { ["--format", "pdf"], "'pdf' is unknown, expected html, json, junit, markdown, sarif" },
        { ["--format", ","], "names no report" },
        { ["--tolerance", "-1"], "--tolerance" },
        { ["--tolerance", "NaN"], "--tolerance" },
        { ["--precision", "float16"], "--precision is 'float16', expected both, float64, float32" },
        { ["--precision", "float32", "--float32", "off"], "nothing to verify" },
        { ["--threads", "-3"], "--threads" },
        { ["--lanes", "5"], "--lanes is '5'" },
        { ["--golden-root", "x"], "--golden-root needs --cases" },
        { ["--case-set", "x"], "--case-set needs --cases" },
        { ["--cases", "nowhere.json"], "exclude each other" },
        { ["--unheard-of"], "--unheard-of" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public void A_wrong_option_is_one_line_and_exit_code_2(string[] options, string message)
    {
        var run = CommandLine.Run(["verify", _case.Directory, .. options]);

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith("harness: error PAR9003: ")
            .And.Contain(message);
    }

    [Fact]
    public void Shards_share_the_cases()
    {
        using var other = new SyntheticCase("golden/other");
        string[] all = ["verify", _case.Root, other.Root];

        var first = CommandLine.Run([.. all, "--shard", "1/2"]);
        var second = CommandLine.Run([.. all, "--shard", "2/2"]);

        first.OutLines.Should().HaveCount(2);
        first.OutLines.Concat(second.OutLines).Count(line => line.StartsWith("holds ", StringComparison.Ordinal))
            .Should().Be(2);
        first.OutLines[0].Should().NotBe(second.OutLines[0]);
    }

    [Fact]
    public void The_cases_of_a_shard_are_named_without_being_verified()
    {
        using var other = new SyntheticCase("golden/other");
        other.Shift(1);
        string[] all = ["verify", _case.Root, other.Root, "--list"];

        var run = CommandLine.Run(all);

        (run.ExitCode, run.OutLines.Length).Should().Be((0, 2));
        CommandLine.Run([.. all, "--shard", "1/2"]).OutLines
            .Concat(CommandLine.Run([.. all, "--shard", "2/2"]).OutLines).Should().BeEquivalentTo(run.OutLines);
        CommandLine.Run([.. all, "--shard", "3/3"]).OutLines.Should().BeEmpty();
    }

    [Fact]
    public void A_case_of_the_set_that_is_gone_is_red_in_every_shard()
    {
        Directory.Move(_case.Directory, _case.Directory + "-moved");

        foreach (string[] options in (string[][])[[], ["--shard", "1/2"], ["--shard", "2/2"]])
        {
            var run = CommandLine.Run(["verify", _case.Root, .. options]);

            run.ExitCode.Should().Be(1);
            run.OutLines.Should().ContainSingle(line => line.Contains("error PAR3006: the case 'golden/net' is gone"))
                .And.ContainSingle(line => line.Contains("error PAR3006: this case is not in the set"));
        }
        CommandLine.Run("accept", _case.Directory, "--remove", "--reason", "renamed").ExitCode.Should().Be(0);
        CommandLine.Run("accept", _case.Directory + "-moved", "--add").ExitCode.Should().Be(0);
        CommandLine.Run("verify", _case.Root).ExitCode.Should().Be(0);
        CommandLine.Run("accept", _case.Directory, "--remove", "--reason", "again").Error.Should()
            .Contain("nothing to take off");
    }

    [Theory]
    [InlineData("--remove")]
    [InlineData("--remove", "--reason", " ")]
    [InlineData("--add", "--remove", "--reason", "r")]
    [InlineData("--add", "--tolerance", "1")]
    [InlineData("--reason", "r", "--case-set", "x")]
    public void A_set_is_not_changed_by_half_a_command(params string[] options)
    {
        string set = Path.Combine(_case.Root, "golden.cases.json"), before = File.ReadAllText(set);

        CommandLine.Run(["accept", _case.Directory, .. options]).ExitCode.Should().Be(2);

        File.ReadAllText(set).Should().Be(before);
    }

    [Fact]
    public void An_interrupted_run_ends_with_130_and_leaves_nothing()
    {
        var run = CommandLine.RunWith(
            [], new CancellationToken(canceled: true), "verify", _case.Directory, "--report", _folder["report"]);

        run.ExitCode.Should().Be(130);
        Directory.Exists(_folder["report"]).Should().BeFalse();
    }

    string Cases(params object[] cases)
    {
        string file = _folder["cases.json"];
        File.WriteAllText(file, JsonSerializer.Serialize(cases));
        return file;
    }
}
