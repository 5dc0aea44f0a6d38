using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Harness.MSBuild.Tests;

/// <summary>What must never be green without a run, by real builds: each time the tree was green, then something
/// changed that a look at names, sizes and times of last write does not tell.</summary>
public sealed class UpToDateTests
{
    const string Folder = "golden/models/guide_cnn", Model = $"{Folder}/model.pt", Json = $"{Folder}/golden.json";

    [Fact]
    public void Another_model_of_the_same_size_and_time_moved_into_place_is_seen()
    {
        using var scaffold = Green();
        var other = scaffold["other.pt"];
        File.Copy(scaffold[Model], other);
        Flip(other);
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(scaffold[Model]));

        File.Move(other, scaffold[Model], overwrite: true);

        scaffold.Verify().ShouldBeRed("PAR1001").Only("PAR1001").File.Should().Be(scaffold[Model]);
    }

    [Fact]
    public void A_model_rewritten_where_it_lies_is_seen_though_its_time_is_put_back()
    {
        using var scaffold = Green();
        var written = File.GetLastWriteTimeUtc(scaffold[Model]);

        Flip(scaffold[Model]);
        File.SetLastWriteTimeUtc(scaffold[Model], written);

        scaffold.Verify().ShouldBeRed("PAR1001");
    }

    [Fact]
    public void A_stamp_of_another_folder_vouches_for_nothing()
    {
        using var scaffold = Green();
        using var other = new GoldenScaffold();
        Flip(other[Model]);
        File.SetLastWriteTimeUtc(other[Model], File.GetLastWriteTimeUtc(scaffold[Model]));
        var stamp = Path.GetRelativePath(scaffold[""], scaffold.Stamps.Single());
        other.Project.Build("-t:Restore").ShouldBeGreen();

        Directory.CreateDirectory(Path.GetDirectoryName(other[stamp])!);
        File.Copy(scaffold[stamp], other[stamp]);

        other.Verify().ShouldBeRed("PAR1001");
    }

    [Fact]
    public void A_stamp_of_another_project_in_the_folder_vouches_for_nothing()
    {
        using var scaffold = Green();
        var json = JsonNode.Parse(File.ReadAllText(scaffold.Stamps.Single()))!;
        var facts = json["facts"]!.AsArray();
        var project = facts.Single(fact => ((string)fact!).StartsWith("project=", StringComparison.Ordinal))!;
        ((string?)project).Should().Be($"project={scaffold["Gate.csproj"]}");

        project.ReplaceWith($"project={scaffold["Other.csproj"]}");
        File.WriteAllText(scaffold.Stamps.Single(), json.ToJsonString());

        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(+1)]
    public void A_checkout_of_another_golden_is_seen_whatever_its_time(int days)
    {
        using var scaffold = Green();
        var (text, written) = (File.ReadAllText(scaffold[Json]), File.GetLastWriteTimeUtc(scaffold[Json]));
        var hash = (string)JsonNode.Parse(text)!["model"]!["sha256"]!;

        File.WriteAllText(scaffold[Json], text.Replace(hash, new string('0', hash.Length)));
        File.SetLastWriteTimeUtc(scaffold[Json], written.AddDays(days));

        scaffold.Verify().ShouldBeRed("PAR3002");

        File.WriteAllText(scaffold[Json], text);
        File.SetLastWriteTimeUtc(scaffold[Json], written);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1, "red leaves nothing that could be green again");
    }

    [Fact]
    public void A_tree_that_was_only_touched_is_up_to_date_and_read_once()
    {
        using var scaffold = Green();
        var stamp = scaffold.Stamps.Single();
        foreach (var file in Directory.GetFiles(scaffold["golden"], "*", SearchOption.AllDirectories))
        {
            // As git does on a way to another branch and back: new files of the same content.
            File.Copy(file, file + ".new");
            File.SetLastWriteTimeUtc(file + ".new", DateTime.UtcNow.AddHours(-1));
            File.Move(file + ".new", file, overwrite: true);
        }
        var before = File.ReadAllText(stamp);

        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);

        File.ReadAllText(stamp).Should().NotBe(before, "the new files are known from now on");
        Flip(scaffold[Model]);
        scaffold.Verify().ShouldBeRed("PAR1001");
    }

    [Fact]
    public void Half_a_stamp_vouches_for_nothing()
    {
        using var scaffold = Green();
        var stamp = scaffold.Stamps.Single();
        var text = File.ReadAllText(stamp);

        File.WriteAllText(stamp, text[..(text.Length / 2)]);

        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
    }

    [Fact]
    public void A_build_that_is_killed_leaves_no_stamp()
    {
        using var scaffold = Green();
        scaffold.Project.Environment[Misbehaviour.Hang] = scaffold["pids"];
        using var build = scaffold.Project.Start(
            out _, [$"-p:ParityToolPath={Scaffold.FakeTool}", .. Scaffold.GateAlone]);
        var patience = Stopwatch.StartNew();
        while (!File.Exists(scaffold["pids"]) && patience.Elapsed < TimeSpan.FromMinutes(2))
            Thread.Sleep(50);
        var pids = File.ReadAllText(scaffold["pids"]).Split(' ').Select(int.Parse).ToArray();

        build.Kill();
        build.WaitForExit();
        foreach (var pid in pids)
            Process.GetProcessById(pid).Kill();

        scaffold.Stamps.Should().BeEmpty();
        scaffold.Project.Environment.Clear();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
    }

    [Fact]
    public void Weights_outside_every_folder_that_the_project_names_are_seen()
    {
        using var scaffold = new GoldenScaffold("""
            <ItemGroup><ParityModel Include="golden/models/guide_cnn/model.pt" Golden="golden/models/guide_cnn" />
            </ItemGroup><PropertyGroup><ParityPermitUnusedGoldens>true</ParityPermitUnusedGoldens></PropertyGroup>
            """);
        using var elsewhere = new Scaffold();
        elsewhere.Copy(Model, "weights.pt");
        var json = JsonNode.Parse(File.ReadAllText(scaffold[Json]))!;
        json["weights"]!["path"] = Path.GetRelativePath(scaffold[Folder], elsewhere["weights.pt"]);
        File.WriteAllText(scaffold[Json], json.ToJsonString());
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);
        var written = File.GetLastWriteTimeUtc(elsewhere["weights.pt"]);

        Flip(elsewhere["weights.pt"]);
        File.SetLastWriteTimeUtc(elsewhere["weights.pt"], written);

        scaffold.Verify().ShouldBeRed("PAR1001").Only("PAR1001").File.Should().Be(elsewhere["weights.pt"]);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    public void A_link_that_leads_elsewhere_is_seen(string what)
    {
        using var scaffold = new GoldenScaffold();
        using var elsewhere = new Scaffold();
        var link = scaffold[what == "file" ? Model : Folder];
        foreach (var name in new[] { "one", "two" })
            foreach (var file in new[] { "model.pt", "golden.json", "golden.safetensors" })
                elsewhere.Copy($"{Folder}/{file}", $"{name}/{file}");
        Flip(elsewhere["two/model.pt"]);
        File.SetLastWriteTimeUtc(elsewhere["two/model.pt"], File.GetLastWriteTimeUtc(elsewhere["one/model.pt"]));
        Lead("one");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);

        Lead("two");

        scaffold.Verify().ShouldBeRed("PAR1001");

        void Lead(string to)
        {
            if (what == "file")
            {
                File.Delete(link);
                File.CreateSymbolicLink(link, elsewhere[$"{to}/model.pt"]);
                return;
            }
            if (new DirectoryInfo(link).LinkTarget is null)
                Directory.Delete(link, recursive: true);
            else
                File.Delete(link);
            Directory.CreateSymbolicLink(link, elsewhere[to]);
        }
    }

    [Fact]
    public void A_golden_that_appears_is_seen()
    {
        using var scaffold = Green();

        foreach (var file in Directory.GetFiles(scaffold[Folder]))
            scaffold.Project.Copy($"{Folder}/{Path.GetFileName(file)}", $"golden/new/{Path.GetFileName(file)}");

        scaffold.Verify().ShouldBeRed("PAR3004");
    }

    [Fact]
    public void A_report_that_is_gone_is_made_again()
    {
        using var scaffold = Green();
        var report = Directory.GetFiles(scaffold["obj"], "parity.json", SearchOption.AllDirectories).Single();

        File.Delete(report);

        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        File.Exists(report).Should().BeTrue();
    }

    // One after the other in one tree: each differs from the one before in nothing else.
    [Fact]
    public void Each_property_counts()
    {
        using var scaffold = new ContentScaffold();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        foreach (var property in new[]
        {
            "ParityTolerance=1e-5", "ParityFloat32=strict", "ParityThreads=1", "ParityPermitUnusedGoldens=true",
            "ParityTreatDriftAs=warning", "ParityReportFormats=json", "ParityReportDirectory=reports",
            "ParityGoldenDirectory=golden/models", "NoWarn=PAR2003", "WarningsAsErrors=PAR2003",
        })
            scaffold.Verify($"-p:{property}").ShouldBeGreen().Runs.Should().Be(1, property);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        // What silences warnings of others.
        scaffold.Verify("-p:NoWarn=CS1591%2CNU1605%3B1701").ShouldBeGreen().Runs.Should().Be(0);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);
    }

    [Fact]
    public void Each_variable_that_the_command_heeds_counts()
    {
        using var scaffold = new ContentScaffold();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        foreach (var variable in new[] { "HARNESS_LANES", "HARNESS_INJECT_FAULT", "DOTNET_EnableAVX2" })
        {
            scaffold.Project.Environment[variable] = "1";
            scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1, variable);
        }
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);
    }

    [Fact]
    public void Each_word_of_an_item_counts()
    {
        using var scaffold = new ContentScaffold();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        foreach (var item in new[]
        {
            "Include='a.pt' Tolerance='1e-5'", "Include='a.pt'", "Include='a.pt' Golden='golden/models/b'",
            "Include='a.pt' Weights='seed:1'", "Include='a.pt' Weights='seed:2'",
            "Include='b.pt' Golden='golden/models/a'",
        })
        {
            scaffold.Say($"<ParityModel {item} />");
            scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1, item);
        }
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);
    }

    [Fact]
    public void A_file_of_the_command_that_changed_is_seen()
    {
        using var scaffold = new ContentScaffold();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);

        Flip(scaffold.Project["tool/Beside.dll"]);

        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        File.Delete(scaffold.Project["tool/Beside.dll"]);
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
    }

    static GoldenScaffold Green()
    {
        var scaffold = new GoldenScaffold();
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Stamps.Should().ContainSingle("what follows must be seen, and not be a first run");
        return scaffold;
    }

    // One bit, where the file lies: the same inode, the same size.
    static void Flip(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        var one = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(one ^ 1));
    }
}

/// <summary>A project whose command says that its one case holds: for what is about the stamp and not about
/// models.</summary>
sealed class ContentScaffold : IDisposable
{
    public ContentScaffold()
    {
        Say("<ParityModel Include='a.pt' />");
        Project.Write("a.pt", "a");
        Project.Write("b.pt", "b");
        Project.Write("golden/models/a/golden.json", "{}");
        Project.Write("golden/models/b/golden.json", "{}");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Scaffold.FakeTool)!))
        {
            Directory.CreateDirectory(Project["tool"]);
            File.Copy(file, Project[$"tool/{Path.GetFileName(file)}"]);
        }
        Project.Write("tool/Beside.dll", "an assembly of the command");
        Project.Environment[Misbehaviour.Report] = """{"cases":[{}]}""";
    }

    public Scaffold Project { get; } = new("""<Import Project="Models.props" />""");

    public void Say(string models) =>
        Project.Write("Models.props", $"<Project><ItemGroup>{models}</ItemGroup></Project>");

    public BuildResult Verify(params string[] arguments) => Project.Build([
        .. Scaffold.GateAlone, $"-p:ParityToolPath={Project[$"tool/{Path.GetFileName(Scaffold.FakeTool)}"]}",
        .. arguments]);

    public void Dispose() => Project.Dispose();
}
