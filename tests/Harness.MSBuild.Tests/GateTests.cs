using System.Text.Json.Nodes;

namespace Harness.MSBuild.Tests;

/// <summary>The gate as users meet it: real projects, the real command, real goldens of PyTorch.</summary>
public class GateTests
{
    const string Golden = "golden/models/guide_cnn/golden.json";

    [Fact]
    public void Parity_is_green_once_and_then_up_to_date_without_a_process()
    {
        using var scaffold = new GoldenScaffold();

        var first = scaffold.Build().ShouldBeGreen();

        first.Runs.Should().Be(1);
        first.Warnings.Should().BeEmpty();
        var report = Directory.GetFiles(scaffold["obj"], "parity.json", SearchOption.AllDirectories).Single();
        JsonNode.Parse(File.ReadAllText(report))!["cases"]!.AsArray().Should().HaveCount(3);

        var second = scaffold.Build().ShouldBeGreen();

        second.Runs.Should().Be(0);
        second.Says("Parity is up to date").Should().BeTrue();

        scaffold.Verify("-p:ParityTolerance=1e-7").Runs.Should().Be(1, "a property is an input");

        scaffold.Fault = "conv1:weights";
        scaffold.Verify("-p:ParityTolerance=1e-7").ShouldBeRed("PAR2001");
    }

    [Theory]
    [InlineData("conv1:weights")]
    [InlineData("bn:epsilon")]
    [InlineData("left:swap-hw")]
    [InlineData("left:swap-hw-both-ways")]
    public void A_fault_in_the_converted_model_is_red_names_its_node_and_stays_red(string fault)
    {
        using var scaffold = new GoldenScaffold { Fault = fault };
        // That a whole build runs the gate, one fault tells.
        bool whole = fault == "conv1:weights";
        for (var i = 0; i < 2; i++)
        {
            var build = i == 0 && whole ? scaffold.Build() : scaffold.Verify();

            build.ExitCode.Should().Be(1, build.Output);
            var error = build.Only("PAR2001");
            error.Text.Should().Contain($"'{fault.Split(':')[0]}'");
            File.Exists(error.File).Should().BeTrue(error.File);
            error.File.Should().EndWith("golden.json");
            error.Line.Should().BePositive();
            error.Help.Should().EndWith("docs/codes.md#par2001");
            build.Errors.Select(e => e.Code).Should().OnlyContain(code => code!.StartsWith("PAR20"));
            scaffold.Stamps.Should().BeEmpty();
        }
        scaffold.Fault = null;
        scaffold.Verify().ShouldBeGreen();
    }

    [Fact]
    public void A_changed_weight_makes_the_golden_stale()
    {
        using var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen();

        scaffold.ChangeOneWeight("golden/models/guide_cnn/model.pt");

        var error = scaffold.Verify().ShouldBeRed("PAR3002").Only("PAR3002");
        error.File.Should().Be(scaffold[Golden]);
        File.ReadAllLines(error.File!)[error.Line - 1].Should().Contain("sha256");
    }

    [Fact]
    public void A_golden_that_is_gone_is_red()
    {
        using var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen();

        File.Delete(scaffold[Golden]);

        scaffold.Verify().ShouldBeRed("PAR3001").Only("PAR3001").Text.Should().Contain("golden missing");
    }

    [Fact]
    public void A_damaged_golden_is_red_even_if_it_looks_old()
    {
        using var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen();
        var tensors = scaffold["golden/models/guide_cnn/golden.safetensors"];
        var bytes = File.ReadAllBytes(tensors);
        bytes[^1] ^= 1;

        File.WriteAllBytes(tensors, bytes);
        // A file moved into place keeps its time: age alone would call this up to date.
        File.SetLastWriteTimeUtc(tensors, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        scaffold.Verify().ShouldBeRed("PAR3003");
    }

    [Fact]
    public void A_golden_of_no_model_is_red_unless_permitted()
    {
        using var scaffold = new GoldenScaffold("""
            <ItemGroup>
              <ParityModel Include="golden/models/guide_cnn/model.pt" Golden="golden/models/guide_cnn" />
            </ItemGroup>
            """);

        scaffold.Verify().ShouldBeRed("PAR3004", "PAR3004").Errors.Select(e => e.File).Should().BeEquivalentTo(
            scaffold["golden/models/multi_out/golden.json"], scaffold["golden/models/se_silu_small/golden.json"]);
        scaffold.Verify("-p:ParityPermitUnusedGoldens=true").ShouldBeGreen();
    }

    [Fact]
    public void Drift_as_warning_obeys_the_rules_of_warnings()
    {
        using var scaffold = new GoldenScaffold { Fault = "conv1:weights" };
        const string AsWarning = "-p:ParityTreatDriftAs=warning";

        scaffold.Verify(AsWarning).ShouldBeGreen().Only("PAR2001").Kind.Should().Be("warning");
        scaffold.Verify(AsWarning).ShouldBeGreen().Only("PAR2001").Kind.Should().Be("warning", "it was not settled");
        scaffold.Verify(AsWarning, "-p:WarningsAsErrors=PAR2001").ExitCode.Should().Be(1);
        scaffold.Stamps.Should().BeEmpty();
        scaffold.Verify(AsWarning, "-p:NoWarn=PAR2001%3bPAR2002").ShouldBeGreen().Warnings.Should().BeEmpty();
    }

    [Fact]
    public void A_configuration_that_Harness_was_not_built_in_takes_what_is_built()
    {
        using var scaffold = new GoldenScaffold();

        Build().ShouldBeGreen().Runs.Should().Be(1);

        scaffold.Fault = "conv1:weights";
        Build().ShouldBeRed("PAR2001");
        Directory.Exists(scaffold["obj/Nightly"]).Should().BeTrue("it was built in that configuration");

        BuildResult Build()
        {
            using var build = scaffold.Project.StartLogged(
                out var events, scaffold.Project.Root, ["build", "Gate.csproj", "-c", "Nightly"]);
            return Scaffold.Finish(build, events);
        }
    }

    [Fact]
    public void An_editor_and_a_project_that_opts_out_are_left_alone()
    {
        using var scaffold = new GoldenScaffold { Fault = "conv1:weights" };

        foreach (var off in new[] { "DesignTimeBuild=true", "BuildingForLiveUnitTesting=true", "ParityEnabled=false" })
            scaffold.Verify($"-p:{off}").ShouldBeGreen().Runs.Should().Be(0, off);
    }

    [Fact]
    public void A_project_without_models_is_red()
    {
        using var scaffold = new GoldenScaffold("""<ItemGroup><ParityModel Include="typo/*.pt" /></ItemGroup>""");

        scaffold.Verify().ShouldBeRed("PAR9003").Only("PAR9003").File.Should().Be(scaffold["Gate.csproj"]);
    }

    [Fact]
    public void A_project_that_does_not_compile_says_only_that()
    {
        using var scaffold = new GoldenScaffold($"""
            <ItemGroup><Compile Include="Bad.cs" /></ItemGroup>{GoldenScaffold.Models}
            """);
        scaffold.Project.Write("Bad.cs", "class Bad { int _x = \"\"; }");

        scaffold.Build().Runs.Should().Be(0);
    }

    [Fact]
    public void Many_target_frameworks_are_one_gate()
    {
        // Without reference assemblies nothing has to be downloaded for the second framework.
        using var scaffold = new GoldenScaffold(GoldenScaffold.Models, """
            <TargetFrameworks>net10.0;net9.0</TargetFrameworks>
            <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
            <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
            <GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>
            <NoWarn>$(NoWarn);CS2008;CS8021</NoWarn>
            """);
        scaffold.Fault = "conv1:weights";

        var whole = scaffold.Build();
        whole.ExitCode.Should().Be(1);
        whole.Only("PAR2001");
        whole.Runs.Should().Be(1);

        scaffold.Build("--no-restore", "-f", "net9.0").Only("PAR2001");

        scaffold.Fault = null;
        scaffold.Build("--no-restore").ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Build("--no-restore").ShouldBeGreen().Runs.Should().Be(0);
    }

    [Fact]
    public void Two_builds_at_once_do_not_meet()
    {
        using var scaffold = new GoldenScaffold();

        using var one = scaffold.Project.Start(out var first, Scaffold.GateAlone);
        using var other = scaffold.Project.Start(out var second, Scaffold.GateAlone);

        Scaffold.Finish(one, first).ShouldBeGreen();
        Scaffold.Finish(other, second).ShouldBeGreen();
        scaffold.Stamps.Should().ContainSingle();
    }

    [Fact]
    public void A_history_gets_a_line_a_case_of_each_run_and_none_of_what_is_up_to_date()
    {
        using var scaffold = new GoldenScaffold();
        const string History = "-p:ParityHistory=kept/history.jsonl";
        string file = scaffold["kept/history.jsonl"];

        scaffold.Verify(History).ShouldBeGreen().Runs.Should().Be(1);
        var first = File.ReadAllLines(file);
        first.Should().HaveCount(3).And.OnlyContain(line => !line.Contains(scaffold.Project.Root));
        scaffold.Verify(History).ShouldBeGreen().Runs.Should().Be(0);
        File.ReadAllLines(file).Should().Equal(first, "nothing was measured");

        scaffold.Project.Build("-t:Clean", "--no-restore").ShouldBeGreen();
        scaffold.Verify(History).ShouldBeGreen().Warnings.Should().BeEmpty();
        File.ReadAllLines(file).Should().HaveCount(6);
    }

    // By typing: what is wrong, where it is stated, and what may stand there.
    [Theory]
    [InlineData("1e-20", "ParityTolerance is '1e-20', expected a number such as 1e-6: from 1e-16")]
    [InlineData("tight", "ParityTolerance is 'tight', expected a number such as 1e-6: from 1e-16")]
    public void A_limit_that_is_none_is_told_by_its_property(string limit, string says)
    {
        using var scaffold = new GoldenScaffold();

        var error = scaffold.Verify($"-p:ParityTolerance={limit}").ShouldBeRed("PAR9003").Only("PAR9003");

        error.Text.Should().StartWith(says);
        error.File.Should().Be(scaffold["Gate.csproj"]);
    }

    [Fact]
    public void A_limit_that_zeros_would_hold_is_no_gate()
    {
        using var scaffold = new GoldenScaffold(GoldenScaffold.Models.Replace(
            "Golden=\"%(RelativeDir)\"", "Golden=\"%(RelativeDir)\" Tolerance=\"1e30\""));

        var build = scaffold.Verify();

        build.ExitCode.Should().Be(1);
        build.Errors.Should().HaveCount(3).And.OnlyContain(error => error.Code == "PAR9003"
            && error.Text!.Contains("(Tolerance of its ParityModel)") && error.Text.Contains("zeros would hold"));
    }

    [Fact]
    public void Clean_forgets()
    {
        using var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen();

        scaffold.Project.Build("-t:Clean", "--no-restore").ShouldBeGreen();

        scaffold.Stamps.Should().BeEmpty();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
    }
}
