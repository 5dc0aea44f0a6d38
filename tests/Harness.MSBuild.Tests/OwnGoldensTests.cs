using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Harness.MSBuild.Tests;

/// <summary>This repository's own gate. A run of the build's tasks verifies the goldens by one of them alone, so that
/// nothing else would notice if a build of the solution no longer did.</summary>
public sealed class OwnGoldensTests
{
    static readonly string s_golden = Path.Combine(Scaffold.Repository, "golden");

    static readonly Lazy<JsonNode> s_project = new(() => Evaluate(Path.Combine(s_golden, "Golden.csproj")));

    [Fact]
    public void A_build_of_the_solution_gates_every_golden()
    {
        var project = s_project.Value;

        var properties = project["Properties"]!;
        ((string?)properties["ParityEnabled"]).Should().Be("true");
        ((string?)properties["ParityTreatDriftAs"]).Should().Be("error");
        ((string?)properties["ParityPermitUnusedGoldens"]).Should().Be("false");
        var gated = project["Items"]!["ParityModel"]!.AsArray().Select(model => Absolute((string)model!["Golden"]!));
        var recorded = Directory.EnumerateFiles(s_golden, "golden.json", SearchOption.AllDirectories)
            .Select(file => Absolute(Path.GetDirectoryName(file)!)).ToList();
        recorded.Should().HaveCountGreaterThan(200);
        gated.Order(StringComparer.Ordinal).Should().Equal(recorded.Order(StringComparer.Ordinal));
    }

    // So that a folder that is moved away, which no glob of the project misses, is red.
    [Fact]
    public void Every_golden_is_in_the_set_that_the_gate_holds_this_repository_to()
    {
        var recorded = Directory.EnumerateFiles(s_golden, "golden.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(s_golden, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
        var set = JsonNode.Parse(File.ReadAllText(Path.Combine(s_golden, "golden.cases.json")))!;

        set["cases"]!.AsArray().Select(name => (string)name!).Should().Equal(recorded);
        var properties = s_project.Value["Properties"]!;
        ((string?)properties["ParityCaseSet"]).Should().Be(Path.Combine(s_golden, "golden.cases.json"));
    }

    [Theory]
    [InlineData("Debug")]
    [InlineData("Release")]
    public void The_solution_builds_its_goldens_in_every_configuration(string configuration)
    {
        var solution = File.ReadAllLines(Path.Combine(Scaffold.Repository, "Harness.sln"));
        var project = Array.Find(solution, line => line.Contains(@"golden\Golden.csproj", StringComparison.Ordinal));
        var id = project!.Split('"')[^2];

        solution.Select(line => line.Trim()).Should()
            .Contain($"{id}.{configuration}|Any CPU.Build.0 = {configuration}|Any CPU");
    }

    static string Absolute(string folder) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Replace('\\', '/'), s_golden));

    static JsonNode Evaluate(string project)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                "msbuild", project, "-nodeReuse:false", "-getItem:ParityModel",
                "-getProperty:ParityEnabled,ParityTreatDriftAs,ParityPermitUnusedGoldens,ParityCaseSet",
            ])
        {
            RedirectStandardOutput = true,
        };
        using var evaluation = Process.Start(start)!;
        var text = evaluation.StandardOutput.ReadToEnd();
        evaluation.WaitForExit();
        evaluation.ExitCode.Should().Be(0, text);
        return JsonNode.Parse(text)!;
    }
}
