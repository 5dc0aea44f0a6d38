using System.Text.RegularExpressions;
using Build.Arguments;
using Harness.Tests.Cake;
using Harness.Tests.Naive;
using YamlDotNet.RepresentationModel;

namespace Harness.Tests.Workflows;

/// <summary>What no machine but a CI service's runs, held to as much as can be known without one.</summary>
public sealed partial class WorkflowTests
{
    static readonly WorkflowSchema s_schema = new();

    // Commands that are no target of the build, and why.
    static readonly string[] s_others =
    [
        "echo \"::notice ", // says to whoever looks at the night that something did not run
        "dotnet nuget push ", // needs a key that only the release has
    ];

    static IEnumerable<(WorkflowFile File, string Name, YamlMappingNode Job)> Jobs => WorkflowFile.OfGitHub.SelectMany(
        file => Map(file.Root["jobs"]).Select(pair => (file, Text(pair.Key), (YamlMappingNode)pair.Value)));

    [Fact]
    public void Workflows_are_what_GitHub_s_schema_says()
    {
        WorkflowFile.OfGitHub.Select(file => Path.GetFileName(file.Path)).Should()
            .Equal("ci.yml", "nightly.yml", "release.yml");
        foreach (var file in WorkflowFile.OfGitHub) s_schema.Faults(file.Root).Should().BeEmpty(file.Path);
    }

    // What a reader copies is held to the same as what runs here.
    [Fact]
    public void The_file_that_the_page_shows_is_a_workflow_with_pinned_actions_of_these_versions()
    {
        string page = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "docs", "workflow.md"));
        string text = ShownPattern().Match(page).Groups[1].Value;

        text.Split('\n').Should().HaveCountLessThan(20);
        s_schema.Faults(WorkflowFile.Parse(text)).Should().BeEmpty();
        var uses = UsesPattern().Matches(text).Select(match => match.Groups[1].Value.Trim()).ToList();
        uses.Should().HaveCount(3).And.OnlyContain(action =>
            WorkflowFile.OfGitHub.Any(file => file.Text.Contains($"uses: {action}\n")));
    }

    // The check itself: each line is a slip that GitHub would refuse, or worse, take for something else.
    [Theory]
    [InlineData("    steps:\n", "    steps: none\n    x:\n", "should be another of them")]
    [InlineData("    needs: shard\n", "    need: shard\n", "'need' is no key here")]
    [InlineData("    runs-on: ubuntu-24.04\n    timeout-minutes: 20", "    timeout-minutes: 20",
        "'runs-on' is missing")]
    [InlineData("fail-fast: false", "fail-fast: no way", "'no way' is no boolean")]
    [InlineData("timeout-minutes: 300", "timeout-minutes: two hours", "'two hours' is no number")]
    [InlineData("contents: read", "contents: reads", "expected 'read'")]
    [InlineData("      pages: write", "      page: write", "'page' is no key here")]
    [InlineData("    - cron: ", "    - at: ", "'at' is no key here")]
    [InlineData("  workflow_dispatch:", "  workflow_dispatsh:", "'workflow_dispatsh' is no key here")]
    [InlineData("vars.CUDA_RUNNER == 'true'", "env.CUDA_RUNNER == 'true'", "'env' cannot be read here")]
    [InlineData("name: Merge ${{ matrix.platform }}", "name: Merge ${{ steps.x }}", "'steps' cannot be read here")]
    [InlineData("group: nightly", "group: ${{ matrix.shard }}", "'matrix' cannot be read here")]
    [InlineData("if: always() && !", "if: allways() && !", "'allways' cannot be read here")]
    [InlineData("key: nuget-${{ matrix.platform }}", "key: nuget-${{ matrix.platform", "an expression does not end")]
    [InlineData("        with:\n          pattern: shard-", "        run: ls\n        with:\n          pattern: shard-",
        "is no key here")]
    public void A_slip_is_seen(string right, string wrong, string fault)
    {
        string text = WorkflowFile.OfGitHub.Single(file => file.Path.EndsWith("nightly.yml")).Text;
        text.Should().Contain(right);

        s_schema.Faults(WorkflowFile.Parse(text.Replace(right, wrong))).Should()
            .NotBeEmpty().And.Contain(line => line.Contains(fault));
    }

    [Fact]
    public void Steps_call_targets_and_options_that_the_build_has()
    {
        foreach (var file in WorkflowFile.All)
        {
            file.Calls.Should().NotBeEmpty(file.Path);
            foreach (string[] words in file.Calls)
                BuildArguments.Read(words, BuildTargets.All).Fault.Should().BeNull(file.Path);
        }
        WorkflowFile.All.SelectMany(file => file.Calls).SelectMany(words => words).Should()
            .Contain(["--target=CI", "--target=Nightly", "--target=MergeReports", "--target=TestPackages"]);
    }

    [Fact]
    public void Nothing_runs_there_that_a_developer_could_not_run()
    {
        foreach (var file in WorkflowFile.All)
            foreach (string command in file.Commands)
                (command.StartsWith("dotnet run --project build -- ", StringComparison.Ordinal)
                    || s_others.Any(other => command.StartsWith(other, StringComparison.Ordinal)))
                    .Should().BeTrue(command);
    }

    [Fact]
    public void Needs_name_jobs_and_no_job_hangs_for_ever()
    {
        foreach (var (file, name, job) in Jobs)
        {
            job.Children.Should().ContainKey("timeout-minutes", $"{file} {name}");
            if (!job.Children.TryGetValue("needs", out var needs)) continue;
            var jobs = Map(file.Root["jobs"]).Select(pair => Text(pair.Key));
            (needs is YamlSequenceNode many ? many.Select(Text) : [Text(needs)]).Should().BeSubsetOf(jobs);
        }
    }

    [Fact]
    public void Actions_are_pinned_to_a_commit_that_is_the_same_everywhere()
    {
        var pins = new Dictionary<string, string>();
        foreach (var file in WorkflowFile.OfGitHub)
            foreach (Match line in UsesPattern().Matches(file.Text))
            {
                var pin = PinPattern().Match(line.Groups[1].Value);
                pin.Success.Should().BeTrue($"{file}: {line.Value} names a commit and its version");
                // Parts of one action, such as cache/restore, are of one commit.
                string action = string.Join('/', pin.Groups[1].Value.Split('/').Take(2));
                pins.TryAdd(action, pin.Groups[2].Value);
                pins[action].Should().Be(pin.Groups[2].Value, action);
            }
        pins.Should().HaveCountGreaterThan(5);
    }

    [Fact]
    public void Permissions_are_the_least()
    {
        // Who may do more than read.
        string[] known =
        [
            "page: pages write", "page: id-token write", "pack: id-token write", "pack: attestations write",
            "push: id-token write",
        ];
        foreach (var file in WorkflowFile.OfGitHub)
            Map(file.Root["permissions"]).Select(pair => $"{pair.Key} {pair.Value}").Should().Equal("contents read");
        Jobs.Where(job => job.Job.Children.ContainsKey("permissions"))
            .SelectMany(job => Map(job.Job["permissions"]).Select(pair => $"{job.Name}: {pair.Key} {pair.Value}"))
            .Where(permission => !permission.EndsWith(": contents read", StringComparison.Ordinal))
            .Should().BeEquivalentTo(known);
        foreach (var (file, name, job) in Jobs)
            foreach (var step in ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>().Where(IsCheckout))
                Text(step["with"]["persist-credentials"]).Should().Be("false", $"{file} {name}");
        WorkflowFile.OfAzure.Root.AllNodes.OfType<YamlMappingNode>()
            .Where(step => step.Children.ContainsKey("checkout")).Should().NotBeEmpty()
            .And.OnlyContain(step => Text(step["persistCredentials"]) == "false");
    }

    [Fact]
    public void Shards_are_all_of_them_and_every_platform_is_merged()
    {
        var nightly = WorkflowFile.OfGitHub.Single(file => file.Path.EndsWith("nightly.yml"));
        var shard = nightly.Root["jobs"]["shard"]["strategy"]["matrix"];
        string[] shards = [.. Items(shard["shard"])];
        shards.Should().Equal(Enumerable.Range(1, shards.Length).Select(i => $"{i}"));
        nightly.Text.Should().Contain($"--shard=${{{{ matrix.shard }}}}/{shards.Length} ")
            .And.Contain($"${{{{ matrix.shard }}}}-of-{shards.Length}-");
        string[] platforms = [.. Items(shard["platform"])];
        ((YamlSequenceNode)shard["include"]).Select(entry => Text(entry["platform"])).Should().Equal(platforms);
        Items(nightly.Root["jobs"]["merge"]["strategy"]["matrix"]["platform"]).Should().Equal(platforms);
        string page = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "docs", "pages", "index.html"));
        platforms.Should().HaveCount(4).And
            .OnlyContain(platform => page.Contains($"\"parity-{platform}/parity.html\""));
    }

    // What a night makes is gone with its machine.
    [Fact]
    public void What_a_night_counts_measures_and_finds_is_kept()
    {
        foreach (string job in (string[])["shard", "cuda"])
        {
            var nightly = WorkflowFile.OfGitHub.Single(file => file.Path.EndsWith("nightly.yml"));
            string[] kept = [.. ((YamlSequenceNode)nightly.Root["jobs"][job]["steps"]).Cast<YamlMappingNode>()
                .Where(step => step.Children.TryGetValue("uses", out var uses)
                    && Text(uses).StartsWith("actions/upload-artifact@", StringComparison.Ordinal))
                .SelectMany(step => Text(step["with"]["path"]).Split('\n', StringSplitOptions.RemoveEmptyEntries))];
            kept.Should().Contain(
                ["artifacts/reports", "artifacts/benchmarks", "artifacts/fuzz", "docs/mutation.md"], job);
        }
        WorkflowFile.OfAzure.Root.AllNodes.OfType<YamlMappingNode>()
            .Where(step => step.Children.ContainsKey("publish")).Select(step => Text(step["publish"])).Should()
            .Contain(["artifacts/reports", "docs/mutation.md"]);
    }

    // Tests, damaged models and measurements take long, and each shard has enough to do beside.
    [Fact]
    public void What_is_not_dealt_by_goldens_falls_to_one_shard_each()
    {
        foreach (int count in (int[])[1, 2, 3, 4])
        {
            for (int piece = 0; piece < 3; piece++)
            {
                Enumerable.Range(1, count).Where(shard => ShardWork.Falls($"{shard}/{count}", piece)).Should()
                    .Equal(1 + (piece % count));
            }
        }
        ShardWork.Falls(null, 2).Should().BeTrue();
    }

    [Fact]
    public void Shards_of_Azure_Pipelines_are_all_of_them_too()
    {
        var azure = WorkflowFile.OfAzure;
        var jobs = ((YamlSequenceNode)azure.Root["stages"]).Single(stage => Text(stage["stage"]) == "Nightly")["jobs"];
        var legs = Map(jobs[0]["strategy"]["matrix"])
            .Select(leg => (Platform: Text(leg.Value["platform"]), Shard: Text(leg.Value["shard"]))).ToList();
        foreach (var platform in legs.GroupBy(leg => leg.Platform))
            platform.Select(leg => leg.Shard).Should().Equal("1", "2", "3", "4");
        azure.Text.Should().Contain("--shard=$(shard)/4");
        Map(jobs[1]["strategy"]["matrix"]).Select(leg => Text(leg.Value["platform"])).Should()
            .Equal(legs.Select(leg => leg.Platform).Distinct());
        Text(jobs[1]["dependsOn"]).Should().Be(Text(jobs[0]["job"]));
    }

    [Fact]
    public void What_Azure_Pipelines_publishes_and_keeps_has_a_name_for_each_attempt()
    {
        var steps = WorkflowFile.OfAzure.Root.AllNodes.OfType<YamlMappingNode>().ToList();

        var artifacts = steps.Where(step => step.Children.ContainsKey("publish"))
            .Select(step => Text(step["artifact"])).ToList();
        artifacts.Should().HaveCount(5).And.OnlyContain(name => name.EndsWith("$(System.JobAttempt)"));
        steps.Where(step => step.Children.TryGetValue("key", out var key) && Text(key).StartsWith("history"))
            .Should().ContainSingle().Which.Should().Match<YamlMappingNode>(inputs =>
                Text(inputs["key"]).EndsWith("$(System.JobAttempt)"));
        // The merge takes each shard once, whatever it took to make it.
        string shard = artifacts.Single(name => name.StartsWith("shard-"));
        shard.Should().EndWith("-attempt-$(System.JobAttempt)");
        WorkflowFile.OfAzure.Text.Should().Contain($"itemPattern: {shard[..shard.IndexOf("$(shard)")]}*/**");
        Attempts.Newest(["shard-a-1-attempt-2", "shard-a-1-attempt-10", "shard-a-2-attempt-1", "cuda", "cuda"])
            .Should().BeEquivalentTo("shard-a-1-attempt-10", "shard-a-2-attempt-1", "cuda");
    }

    [Fact]
    public void Every_job_of_Azure_Pipelines_keeps_its_packages()
    {
        var jobs = ((YamlSequenceNode)WorkflowFile.OfAzure.Root["stages"])
            .SelectMany(stage => (YamlSequenceNode)stage["jobs"]);

        jobs.Should().OnlyContain(job => job["steps"].AllNodes.OfType<YamlScalarNode>()
            .Any(node => node.Value == "$(NUGET_PACKAGES)"));
    }

    // Azure has no schema that may be copied; what its steps may hold is short.
    [Fact]
    public void Steps_of_Azure_Pipelines_are_of_known_kinds()
    {
        var known = new Dictionary<string, string[]>
        {
            ["checkout"] = ["persistCredentials"],
            ["task"] = ["inputs", "condition"],
            ["script"] = ["condition"],
            ["publish"] = ["artifact", "condition", "continueOnError"],
        };
        var inputs = new Dictionary<string, string[]>
        {
            ["UseDotNet@2"] = ["packageType", "useGlobalJson"],
            ["Cache@2"] = ["key", "restoreKeys", "path"],
            ["PublishTestResults@2"] = ["testResultsFormat", "testResultsFiles", "failTaskOnMissingResultsFile"],
            ["DownloadPipelineArtifact@2"] = ["itemPattern", "targetPath"],
        };
        var jobs = ((YamlSequenceNode)WorkflowFile.OfAzure.Root["stages"])
            .SelectMany(stage => (YamlSequenceNode)stage["jobs"]).Cast<YamlMappingNode>().ToList();
        jobs.Should().HaveCount(3).And.OnlyContain(job => job.Children.ContainsKey("timeoutInMinutes"));
        foreach (var step in jobs.SelectMany(job => (YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>())
        {
            string kind = Text(step.Children[0].Key);
            step.Children.Skip(1).Select(pair => Text(pair.Key)).Should().BeSubsetOf(known[kind]);
            if (kind == "task")
                Map(step["inputs"]).Select(pair => Text(pair.Key)).Should().BeSubsetOf(inputs[Text(step["task"])]);
        }
    }

    static bool IsCheckout(YamlMappingNode step) =>
        step.Children.TryGetValue("uses", out var uses)
        && Text(uses).StartsWith("actions/checkout@", StringComparison.Ordinal);

    static YamlMappingNode Map(YamlNode node) => (YamlMappingNode)node;

    static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    static IEnumerable<string> Items(YamlNode node) => ((YamlSequenceNode)node).Select(Text);

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShownPattern();

    [GeneratedRegex(@"\buses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex UsesPattern();

    [GeneratedRegex(@"^([\w-]+(?:/[\w-]+)+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")]
    private static partial Regex PinPattern();
}
