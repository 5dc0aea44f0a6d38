using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Tests.Cli;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Reports.Html;

namespace Harness.Tests;

/// <summary>Keeps the pages true where they name what a program names: options, verbs, properties, members of
/// golden.json.</summary>
public sealed partial class DocumentTests
{
    // Options of dotnet, of git, of the benchmarks, of make_outputs.py and of the build.
    static readonly string[] s_foreign =
    [
        "--global", "--harness", "--project", "--no-layers", "--renormalize", "--stat", "--system", "--tests",
        .. Build.Arguments.BuildOptions.All.Select(option => $"{option}"),
    ];

    static readonly string[] s_verbs =
    [
        "accept", "bench", "compare", "convert", "export", "fuzz", "golden-inputs", "inspect", "ops", "record",
        "report", "run", "verify",
    ];

    static string Read(params string[] path) => File.ReadAllText(Path.Combine([NaiveWalkTests.Repository, .. path]));

    static string Pages() => string.Join('\n', new[]
    {
        "codes", "golden", "msbuild", "architecture", "ops", "ports", "workflow", "troubleshooting", "precision",
        "command-line", "performance", "reports", "architectures",
    }.Select(page => Read("docs", $"{page}.md")).Prepend(Read("README.md")));

    [Fact]
    public void Every_option_that_a_page_names_is_an_option_of_the_verb_beside_it()
    {
        var known = s_verbs.ToDictionary(verb => verb, verb => Options(CommandLine.Run(
            [verb, .. verb == "report" ? (string[])["merge"] : [], "--help"]).Out));
        var all = known.Values.SelectMany(options => options).Concat(s_foreign).ToHashSet();
        Options(Pages()).Should().OnlyContain(option => all.Contains(option));
        foreach (Match line in CommandPattern().Matches(Pages()))
            Options(line.Value).Except(known[line.Groups[1].Value]).Should().BeEmpty(line.Value);
        CommandPattern().Count(Pages()).Should().BeGreaterThan(20);
    }

    [Fact]
    public void The_page_of_the_command_line_shows_every_verb()
    {
        string page = Read("docs", "command-line.md");
        s_verbs.Should().OnlyContain(verb => page.Contains($"`harness {verb} "));
        CommandLine.Run("--help").OutLines.SkipWhile(line => line != "Commands:").Skip(1)
            .TakeWhile(line => line.StartsWith(' ')).Select(line => line.Trim().Split(' ')[0]).Should().Equal(s_verbs);
    }

    [Fact]
    public void The_page_of_MSBuild_names_each_property_that_has_a_default_and_no_other()
    {
        string page = Read("docs", "msbuild.md"), folder = Path.Combine("src", "Harness.MSBuild", "build");
        string gate = Read(folder, "Harness.MSBuild.props") + Read(folder, "Harness.MSBuild.targets");
        // Where the documentation lies, and how a task is loaded, are for tests of the gate itself.
        var stated = DefaultPattern().Matches(gate).Select(match => match.Groups[1].Value)
            .Except(["ParityHelpPage", "ParityTaskFactory"]).Distinct().ToArray();
        stated.Should().HaveCountGreaterThan(10).And.OnlyContain(name => page.Contains(name));
        PropertyPattern().Matches(page).Select(match => match.Groups[1].Value).Should()
            .OnlyContain(name => gate.Contains(name));
    }

    [Fact]
    public void References_to_packages_name_the_version_that_is_packed()
    {
        var version = VersionPattern().Match(Read("Directory.Build.props")).Groups[1].Value;
        string[] pages =
        [
            "README.md", "docs/msbuild.md", .. Directory.EnumerateDirectories(
                Path.Combine(NaiveWalkTests.Repository, "src")).Select(folder => Path.Combine(folder, "README.md")),
        ];
        var named = pages.SelectMany(page => ReferencePattern().Matches(Read(page))).ToList();
        named.Should().HaveCountGreaterThan(4);
        named.Select(match => match.Groups[1].Value).Should().AllBe(version);
    }

    [Fact]
    public void The_page_of_goldens_names_each_member_of_every_golden()
    {
        string page = Read("docs", "golden.md");
        var members = new SortedSet<string>(StringComparer.Ordinal);
        string root = Path.Combine(NaiveWalkTests.Repository, "golden");
        foreach (string file in Directory.EnumerateFiles(root, "golden.json", SearchOption.AllDirectories))
            Collect(JsonElement.Parse(File.ReadAllText(file)), members);
        members.Should().Contain(["schema", "absmax", "probesSha256"]);
        members.Should().OnlyContain(member => page.Contains($"`{member}`"));
    }

    [Fact]
    public void The_page_of_reports_names_each_member_that_parity_json_may_have()
    {
        string page = Read("docs", "reports.md");
        var members = new SortedSet<string>(StringComparer.Ordinal);

        Collect(JsonElement.Parse(PageCases.Render(PageCases.WithEverything(), "json")), members);

        members.Should().Contain(
            ["exempt", "exact", "winogradSteps", "additions", "noNode", "noProbe", "seed", "fault", "history", "map",
                "cumulative32", "module", "source", "shard", "reason"], "all that may be there is there");
        members.Should().OnlyContain(member => page.Contains($"`{member}`"));
    }

    static void Collect(JsonElement element, SortedSet<string> names)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var part in element.EnumerateArray()) Collect(part, names);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var member in element.EnumerateObject())
        {
            names.Add(member.Name);
            Collect(member.Value, names);
        }
    }

    static HashSet<string> Options(string text) => [.. OptionPattern().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z0-9-]*")]
    private static partial Regex OptionPattern();

    // Up to the end of the code or the line.
    [GeneratedRegex(
        @"\bharness (accept|bench|compare|convert|fuzz|golden-inputs|inspect|ops|record|report|run|verify)\b[^`\n|]*")]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"<(Parity\w+) Condition=""'\$\(\1\)' == ''")]
    private static partial Regex DefaultPattern();

    [GeneratedRegex("<VersionPrefix>(.+)</VersionPrefix>")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"<PackageReference Include=""Harness\.\w+"" Version=""([^""]*)""")]
    private static partial Regex ReferencePattern();

    [GeneratedRegex(@"\b(Parity[A-Z]\w+)")]
    private static partial Regex PropertyPattern();
}
