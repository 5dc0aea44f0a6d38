using System.Diagnostics;
using System.Text.Json;

namespace Harness.MSBuild.Tests;

/// <summary>What the task makes of a command that breaks the contract: never green, always one coded line.</summary>
public sealed class MisbehavingToolTests : IClassFixture<FakeScaffold>
{
    readonly FakeScaffold _scaffold;

    public MisbehavingToolTests(FakeScaffold scaffold)
    {
        _scaffold = scaffold;
        _scaffold.Environment.Clear();
    }

    [Fact]
    public void A_crash_is_one_error_that_tells_the_last_words()
    {
        var error = Build(134, error: "Unhandled exception. Segment 7\n").ShouldBeRed("PAR9003").Errors.Single();

        error.Text.Should().Contain("134").And.Contain("Segment 7");
        error.File.Should().Be(_scaffold["Gate.csproj"]);
        error.Help.Should().StartWith("file://").And.EndWith("docs/codes.md#par9003");
    }

    [Fact]
    public void Failing_without_a_word_is_an_error() =>
        Build(1).ShouldBeRed("PAR9003").Only("PAR9003").Text.Should()
            .Contain("exit code 1").And.Contain("printed nothing");

    [Fact]
    public void Findings_do_not_explain_an_unknown_exit_code() =>
        Build(139, "/g/golden.json(3): error PAR2001: drift\n").ShouldBeRed("PAR2001", "PAR9003");

    [Fact]
    public void Zero_with_an_error_on_a_line_is_red() =>
        Build(0, "/g/golden.json(3): error PAR3002: stale\n").ShouldBeRed("PAR3002");

    [Theory]
    [InlineData(null, "only 0 were verified")]
    [InlineData("""{"cases":[]}""", "only 0 were verified")]
    [InlineData("""{"cases":[{"name":"a"}]}""", "only 1 were verified")]
    [InlineData("""{"cases":7}""", "cannot be read")]
    [InlineData("", "cannot be read")]
    public void Zero_without_a_case_a_model_is_red(string? report, string says)
    {
        if (report != null)
            _scaffold.Environment[Misbehaviour.Report] = report;

        var build = Build(0, "Nothing to do.\n");

        build.ExitCode.Should().Be(1);
        build.Errors.Should().OnlyContain(e => e.Code == "PAR9003").And.Contain(e => e.Text!.Contains(says));
    }

    [Fact]
    public void Garbage_is_shown_and_stops_nothing()
    {
        var build = Build(
            1, "\n\u0007{0} %d ]]> error: no code\nx: error CS1002: not ours\n/g(1): error PAR3001: missing\n");

        build.ShouldBeRed("PAR3001").Says("{0} %d ]]> error: no code").Should().BeTrue();
    }

    [Fact]
    public void An_error_has_code_file_line_and_help()
    {
        var build = Build(1, "/g g/golden.json(31): error PAR2001: conv1: drift 3e-1 > 1e-6; H and W are swapped\n");

        var error = build.ShouldBeRed("PAR2001").Only("PAR2001");
        error.File.Should().Be("/g g/golden.json");
        error.Line.Should().Be(31);
        error.Text.Should().Be("conv1: drift 3e-1 > 1e-6; H and W are swapped");
        new Uri(error.Help!).LocalPath.Should().Be(Path.Combine(Scaffold.Repository, "docs", "codes.md"));
        error.Help.Should().EndWith("#par2001");
        build.Output.Should().Contain("/g g/golden.json(31): error PAR2001: conv1: drift 3e-1");
    }

    [Fact]
    public void A_place_that_is_no_file_is_named_at_the_project()
    {
        var build = Build(2, error: "harness: error PAR9003: --float32 is 'maybe'\n");

        var error = build.ShouldBeRed("PAR9003").Only("PAR9003");

        error.File.Should().Be(_scaffold["Gate.csproj"]);
        error.Text.Should().Be("ParityFloat32 is 'maybe'", "that is what a project calls it");
    }

    [Fact]
    public void A_tool_that_is_not_there_is_one_error() =>
        _scaffold.Build([.. Scaffold.GateAlone, "-p:ParityToolPath=/nowhere/harness.dll"]).ShouldBeRed("PAR9003")
            .Only("PAR9003").Text.Should().Contain("/nowhere/harness.dll").And.Contain("ParityToolPath");

    [Theory]
    [InlineData("ParityVerify")]
    [InlineData("ParityRecord")]
    public void A_task_that_is_not_there_is_one_error_with_a_cure(string target) =>
        _scaffold.Build($"-t:{target}", "--no-restore", "-p:ParityTaskAssembly=/nowhere/Harness.MSBuild.dll")
            .ShouldBeRed("PAR9003").Only("PAR9003").Text.Should()
            .Contain("/nowhere/Harness.MSBuild.dll").And.Contain("Build Harness.sln");

    [Fact]
    public void A_tool_that_cannot_be_executed_is_one_error() =>
        _scaffold.Build([.. Scaffold.GateAlone, $"-p:ParityToolPath={_scaffold["Gate.csproj"]}"]).ShouldBeRed("PAR9003")
            .Only("PAR9003").Text.Should().Contain("cannot be started");

    [Fact]
    public void Drift_as_warning_stays_a_warning_in_every_build()
    {
        const string Drift = "/g/golden.json(3): error PAR2001: drift\n";
        for (var i = 0; i < 2; i++)
        {
            var build = Build(1, Drift, arguments: "-p:ParityTreatDriftAs=warning").ShouldBeGreen();
            build.Warnings.Select(w => (w.Code, w.File, w.Line)).Should().Equal(("PAR2001", "/g/golden.json", 3));
        }
    }

    [Fact]
    public void Drift_as_warning_excuses_nothing_else() =>
        Build(1, "/g/golden.json(3): error PAR2001: drift\n/h/golden.json(1): error PAR3003: corrupt\n",
            arguments: "-p:ParityTreatDriftAs=warning").ShouldBeRed("PAR3003").Warnings.Should().ContainSingle();

    [Fact]
    public void Drift_as_warning_excuses_no_crash() =>
        Build(134, "/g/golden.json(3): error PAR2001: drift\n", arguments: "-p:ParityTreatDriftAs=warning")
            .ShouldBeRed("PAR9003");

    [Fact]
    public void Drift_as_anything_else_is_refused() =>
        Build(0, arguments: "-p:ParityTreatDriftAs=ignore").ShouldBeRed("PAR9003").Runs.Should().Be(0);

    [Fact]
    public void Arguments_and_cases_arrive_as_they_were_written()
    {
        _scaffold.Environment[Misbehaviour.Trace] = _scaffold["trace"];
        _scaffold.Environment[Misbehaviour.Copy] = _scaffold["cases.json"];

        Build(1, arguments: [
            "-p:ParityReportFormats=sarif%3bhtml", "-p:ParityReportDirectory=re port", "-p:ParityThreads=3",
            "-p:ParityFloat32=strict", "-p:ParityTolerance=1e-5", "-p:ParityPermitUnusedGoldens=true",
            "-p:ParityHistory=kept/history.jsonl"]);

        var arguments = File.ReadAllLines(_scaffold["trace"]);
        var run = Path.GetDirectoryName(arguments[2])!;
        arguments.Should().Equal(
            "verify", "--cases", Path.Combine(run, "cases.json"), "--report", run, "--format", "sarif,html,json",
            "--golden-root", _scaffold["golden/"], "--float32", "strict", "--tolerance", "1e-5", "--threads", "3",
            "--case-set", _scaffold["Gate.cases.json"], "--history", _scaffold["kept/history.jsonl"],
            "--permit-unused", "--no-progress");
        Directory.Exists(run).Should().BeFalse("what a run keeps for itself ends with it");
        using var cases = JsonDocument.Parse(File.ReadAllText(_scaffold["cases.json"]));
        cases.RootElement.EnumerateArray().Select(c => c.ToString()).Should().Equal(
            JsonSerializer.Serialize(new { model = _scaffold["a.pt"], golden = _scaffold["golden/models/a"] }),
            JsonSerializer.Serialize(new
            {
                model = "arch:resnet50",
                weights = "seed:7",
                golden = _scaffold["g;x/b"],
                tolerance = 1e-5,
            }));
    }

    [Fact]
    public void Reports_are_kept_under_their_names()
    {
        _scaffold.Environment[Misbehaviour.Report] = """{"cases":[{},{}]}""";

        _scaffold.Write("kept/parity.html", "of an earlier build");
        _scaffold.Write("kept/mine.html", "");

        Build(1, "/g(1): error PAR2001: drift\n", arguments: "-p:ParityReportDirectory=kept");

        File.Exists(_scaffold["kept/parity.html"]).Should().BeTrue("a folder of the user's own may hold his files");
        File.Exists(_scaffold["kept/mine.html"]).Should().BeTrue();
        File.ReadAllText(_scaffold["kept/parity.json"]).Should().Be("""{"cases":[{},{}]}""");
    }

    [Fact]
    public void Recording_starts_the_tool_once_a_model()
    {
        _scaffold.Environment[Misbehaviour.Trace] = _scaffold["recorded"];

        _scaffold.Environment[Misbehaviour.Exit] = "0";
        _scaffold.Build(_scaffold.Fake, "-t:ParityRecord", "--no-restore", "-p:ParityTorch=cuda").ShouldBeGreen();

        var set = $"--golden-root {_scaffold["golden/"]} --case-set {_scaffold["golden/golden.cases.json"]}";
        File.ReadAllText(_scaffold["recorded"]).ReplaceLineEndings(" ").TrimEnd().Should().Be(
            $"record {_scaffold["a.pt"]} --golden {_scaffold["golden/models/a"]} --device cuda {set} " +
            "--no-progress " +
            "record arch:resnet50 --weights seed:7 --input-shape 1,3,5,7 --input-shape 1,2 " +
            "--allow-nan --reason=--it 'is' \"so\" " +
            $"--golden {_scaffold["g;x/b"]} --device cuda {set} --no-progress");
    }

    [Fact]
    public void Recording_takes_what_its_messages_name_from_the_item()
    {
        using var scaffold = new Scaffold("""
            <ItemGroup>
              <ParityModel Include="a.pt" Input="x.npy; mask=m.npy" Seed="3" AllowNaN="True"
                           RecordReason="a dead head" />
              <ParityModel Include="b.pt" AllowNaN="false" />
              <ParityModel Include="c.pt" AllowNaN="perhaps" />
            </ItemGroup>
            """);
        scaffold.Environment[Misbehaviour.Trace] = scaffold["recorded"];
        scaffold.Environment[Misbehaviour.Output] =
            "a: note: it takes others: --input-shape 2,3,4,5 --input-shape 2,7\n";

        var build = scaffold.Build(_scaffold.Fake, "-t:ParityRecord", "--no-restore").ShouldBeGreen();

        build.Warnings.Should().BeEmpty();
        build.Says("a: note: it takes others: InputShape=\"2,3,4,5;2,7\" of its ParityModel").Should().BeTrue();
        var recorded = File.ReadAllText(scaffold["recorded"]).ReplaceLineEndings(" ");
        recorded.Should().Contain($"record {scaffold["a.pt"]} --input x.npy --input mask=m.npy --seed 3 --allow-nan " +
            $"--reason=a dead head --golden {scaffold["golden/models/a"]} ");
        recorded.Should().Contain($"record {scaffold["b.pt"]} --golden ").And
            .Contain($"record {scaffold["c.pt"]} --allow-nan=perhaps --golden ", "the command says what is wrong");
    }

    [Fact]
    public void A_model_that_cannot_be_recorded_keeps_no_other_from_it()
    {
        _scaffold.Environment[Misbehaviour.Trace] = _scaffold["tried"];
        _scaffold.Environment[Misbehaviour.Output] = "/m.pt: error PAR1002: op aten::foo is not supported\n";
        _scaffold.Environment[Misbehaviour.Exit] = "2";

        _scaffold.Build(_scaffold.Fake, "-t:ParityRecord", "--no-restore").ShouldBeRed("PAR1002", "PAR1002");

        File.ReadAllLines(_scaffold["tried"]).Count(line => line == "record").Should().Be(2);
    }

    [Theory]
    [InlineData("ParityGoldenDirectory", "goldn", "there is no such folder")]
    [InlineData("ParityCaseSet", "nothere.json", "there is no such file")]
    public void What_is_named_and_not_there_is_red(string property, string value, string says)
    {
        var error = _scaffold.Build([.. Scaffold.GateAlone, _scaffold.Fake, $"-p:{property}={value}"])
            .ShouldBeRed("PAR9003").Only("PAR9003");

        error.Text.Should().StartWith($"{property} is '{value}', and {says}");
        error.File.Should().Be(_scaffold["Gate.csproj"]);
    }

    [Fact]
    public void What_a_finding_suggests_works_where_it_is_pasted()
    {
        var build = Build(
            1, "/g(1): error PAR3001: missing; record it with: harness record /m.pt --golden /g; report: /r\n" +
                "/h(1): error PAR2001: drift; where right: harness accept \"/h i\" --reason \"…\"\n" +
                "/i(1): error PAR3003: the hash differs\n");

        string project = _scaffold["Gate.csproj"];
        build.ShouldBeRed("PAR3001", "PAR2001", "PAR3003").Errors.Select(error => error.Text).Should().Equal(
            $"missing; record it with: dotnet build \"{project}\" -t:ParityRecord; report: /r",
            $"drift; where right: dotnet {Scaffold.FakeTool} accept \"/h i\" --reason \"…\"",
            $"the hash differs (to record: dotnet build \"{project}\" -t:ParityRecord)");
    }

    [Theory]
    [InlineData("-t:ParityRecord")]
    [InlineData("-t:ParityVerify")]
    public void Two_models_with_one_golden_folder_are_refused_before_the_tool_is_started(string target)
    {
        using var scaffold = new Scaffold("""
            <ItemGroup><ParityModel Include="c.pt;a/net.pt;b/net.pt" /></ItemGroup>
            """);
        scaffold.Environment[Misbehaviour.Trace] = scaffold["recorded"];

        var build = scaffold.Build(_scaffold.Fake, target, "--no-restore");

        build.ShouldBeRed("PAR9003").Only("PAR9003").Text.Should().Be(
            $"'{scaffold["a/net.pt"]}' and '{scaffold["b/net.pt"]}' have one golden folder, " +
            $"'{scaffold["golden/models/net"]}'. Give each model a Golden of its own.");
        File.Exists(scaffold["recorded"]).Should().BeFalse();
    }

    // The second case that is recorded beside a golden lies in its folder: another model's would be in its place.
    [Fact]
    public void The_place_of_a_second_case_is_no_other_models()
    {
        using var scaffold = new Scaffold("""
            <ItemGroup>
              <ParityModel Include="a/net.pt" Golden="golden/g" />
              <ParityModel Include="b/net.pt" Golden="golden/g/second" />
            </ItemGroup>
            """);
        scaffold.Environment[Misbehaviour.Trace] = scaffold["recorded"];

        scaffold.Build(_scaffold.Fake, "-t:ParityRecord", "--no-restore").ShouldBeRed("PAR9003").Only("PAR9003").Text
            .Should().Contain($"have one golden folder, '{scaffold["golden/g"]}'");
        File.Exists(scaffold["recorded"]).Should().BeFalse();
    }

    [Fact]
    public void Cancelling_ends_the_tool_and_its_children()
    {
        _scaffold.Environment[Misbehaviour.Hang] = _scaffold["pids"];
        using var build = _scaffold.Start(out var events, [_scaffold.Fake, .. Scaffold.GateAlone]);
        var started = Stopwatch.StartNew();
        while (!File.Exists(_scaffold["pids"]) && started.Elapsed < TimeSpan.FromMinutes(2))
            Thread.Sleep(50);
        var pids = File.ReadAllText(_scaffold["pids"]).Split(' ').Select(int.Parse).ToArray();

        Scaffold.Interrupt(build);

        Scaffold.Finish(build, events).ExitCode.Should().NotBe(0);
        // Killed is not yet gone: whoever inherits an orphan takes a moment to collect it.
        SpinWait.SpinUntil(() => !pids.Any(IsAlive), TimeSpan.FromSeconds(10)).Should().BeTrue();
        _scaffold.Stamps.Should().BeEmpty();
        Directory.GetDirectories(_scaffold.Root, "run-*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    BuildResult Build(int exit, string output = "", string error = "", params string[] arguments)
    {
        _scaffold.Environment[Misbehaviour.Exit] = $"{exit}";
        _scaffold.Environment[Misbehaviour.Output] = output;
        _scaffold.Environment[Misbehaviour.Error] = error;
        var build = _scaffold.Build([_scaffold.Fake, .. Scaffold.GateAlone, .. arguments]);
        build.Errors.Concat(build.Warnings).Select(e => e.Code).Should().OnlyContain(
            code => code!.StartsWith("PAR"), "a line of ours says it all");
        _scaffold.Stamps.Should().BeEmpty("nothing here is a silent green");
        return build;
    }

    static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>A project with two models, whose tool is the misbehaving one.</summary>
public sealed class FakeScaffold : IDisposable
{
    const string Models = """
        <ItemGroup>
          <ParityModel Include="a.pt" />
          <ParityModel Include="arch:resnet50" Weights="seed:7" Golden="g%3bx/b" Tolerance="1e-5"
                       InputShape="1,3,5,7; 1,2" RecordReason=" --it 'is' &quot;so&quot;" AllowNaN="True" />
        </ItemGroup>
        """;

    readonly Scaffold _scaffold = new(Models);

    public FakeScaffold() => _scaffold.Write("golden/models/a/golden.json", "{}");

    public string Fake { get; } = $"-p:ParityToolPath={Scaffold.FakeTool}";

    public string Root => _scaffold.Root;

    public Dictionary<string, string> Environment => _scaffold.Environment;

    public string[] Stamps => _scaffold.Stamps;

    public string this[string path] => _scaffold[path];

    public void Dispose() => _scaffold.Dispose();

    public void Write(string path, string text) => _scaffold.Write(path, text);

    internal BuildResult Build(params string[] arguments) => _scaffold.Build([.. arguments]);

    internal Process Start(out string events, params string[] arguments) => _scaffold.Start(out events, arguments);
}
