using System.Diagnostics;

namespace Harness.MSBuild.Tests;

/// <summary>A case that vanishes is red, by real builds.</summary>
public sealed class CaseSetTests
{
    // As golden/Golden.csproj says it: what a glob no longer matches is missed by nobody else.
    const string Globs = """
        <ItemGroup>
          <ParityModel Include="golden/models/*/model.pt;golden/ops/*/*/graph.json" Golden="%(RelativeDir)" />
        </ItemGroup>
        """;

    [Fact]
    public void A_folder_that_was_moved_is_red_until_it_is_back_or_taken_off()
    {
        using var scaffold = new GoldenScaffold(Globs);
        foreach (var name in new[] { "as_traced", "stride_per_axis" })
            foreach (var file in new[] { "graph.json", "golden.json", "golden.safetensors" })
                scaffold.Project.Copy($"golden/ops/conv2d/{name}/{file}", $"golden/ops/conv2d/{name}/{file}");
        Harness(scaffold, "accept", "golden", "--add");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);
        var (op, away) = (scaffold["golden/ops/conv2d"], scaffold["away"]);

        Directory.Move(op, away);

        var errors = scaffold.Verify().ShouldBeRed("PAR3006", "PAR3006").Errors.ToList();
        errors[0].File.Should().Be(scaffold["golden/golden.cases.json"]);
        errors[0].Line.Should().Be(7);
        errors[0].Help.Should().EndWith("docs/codes.md#par3006");
        Directory.Move(away, op);
        scaffold.Verify().ShouldBeGreen();

        Directory.Delete(op, recursive: true);
        Harness(scaffold, "accept", "golden/ops/conv2d", "--remove", "--reason", "no such op any more");
        scaffold.Verify().ShouldBeGreen();
    }

    [Fact]
    public void The_set_itself_counts()
    {
        using var scaffold = new GoldenScaffold();
        Harness(scaffold, "accept", "golden", "--add");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);

        Harness(scaffold, "accept", "golden/models/guide_cnn", "--remove", "--reason", "by mistake");

        scaffold.Verify().ShouldBeRed("PAR3006").Only("PAR3006").File.Should()
            .Be(scaffold["golden/models/guide_cnn/golden.json"]);
    }

    [Fact]
    public void Projects_that_share_a_folder_answer_for_their_own_cases()
    {
        using var scaffold = new GoldenScaffold("""
            <Import Project="Models.props" />
            <PropertyGroup><ParityPermitUnusedGoldens>true</ParityPermitUnusedGoldens></PropertyGroup>
            """);
        Say("guide_cnn", "multi_out");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1, "nothing was recorded for it, so nothing is missing");
        Harness(scaffold, "accept", "golden/models/guide_cnn", "--add", "--case-set", "Gate.cases.json");
        Harness(scaffold, "accept", "golden/models/multi_out", "--add", "--case-set", "Gate.cases.json");
        scaffold.Verify().ShouldBeGreen();

        Say("guide_cnn");

        var error = scaffold.Verify().ShouldBeRed("PAR3006").Only("PAR3006");
        error.File.Should().Be(scaffold["Gate.cases.json"]);
        error.Text.Should().Contain("'golden/models/multi_out' is verified by nothing any more");

        void Say(params string[] names) => scaffold.Project.Write("Models.props", $"""
            <Project><ItemGroup>{string.Concat(names.Select(name =>
                $"<ParityModel Include='golden/models/{name}/model.pt' Golden='golden/models/{name}' />"))}
            </ItemGroup></Project>
            """);
    }

    static void Harness(GoldenScaffold scaffold, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", Scaffold.RealTool, .. arguments])
        {
            WorkingDirectory = scaffold[""],
            RedirectStandardOutput = true,
        };
        // As somebody at a desk does it.
        foreach (var variable in (string[])["CI", "TF_BUILD", "GITHUB_ACTIONS"])
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, output);
    }
}
