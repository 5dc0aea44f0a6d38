using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harness.MSBuild.Tests.Packages;

/// <summary>A stranger's first day: adds a package, records, is green, breaks things, accepts.</summary>
public sealed class PackageStoryTests
{
    const string Golden = "golden/models/net";

    const string Models = """
        <ItemGroup>
          <ParityModel Include="models/net.pt" />
          <ParityModel Include="models/head/graph.json" Weights="models/head.safetensors" Golden="golden/models/head" />
        </ItemGroup>
        """;

    const string Build = "-t:Build", Record = "-t:ParityRecord";

    // What is done to the project, and the code that must say so.
    static readonly (string What, string Code, Action<PackageScaffold> Break, string Target)[] s_breaks =
    [
        ("a bit of the weights", "PAR3002", s => Flip(s["models/head.safetensors"], -3), Build),
        ("a bit of a model file", "PAR1001", s => Flip(s["models/net.pt"], 2000), Build),
        ("half a model file", "PAR1001", s => Cut(s["models/net.pt"]), Build),
        ("no model file", "PAR1001", s => File.Delete(s["models/net.pt"]), Build),
        ("an op that is not supported", "PAR1002", s => Replace(s["models/head/graph.json"], "conv2d", "fold"), Record),
        ("weights without a tensor", "PAR1003", s => WriteWeights(s, "conv.weight"), Record),
        ("another model", "PAR3002", s => Replace(s["models/head/graph.json"], "[0, 0]", "[1, 1]"), Build),
        ("no golden", "PAR3001", s => Directory.Delete(s[Golden], recursive: true), Build),
        ("a bit of a golden", "PAR3003", s => Flip(s[$"{Golden}/golden.safetensors"], -3), Build),
        ("half a golden.json", "PAR3003", s => Cut(s[$"{Golden}/golden.json"]), Build),
        ("a golden of no model", "PAR3004", s => CopyFolder(s[Golden], s["golden/models/spare"]), Build),
        ("a wrong conversion", "PAR2001", s => s.Fault = "conv1:flip-hw", Build),
        ("a limit that is no number", "PAR9003", s => Tolerate(s, "x"), Build),
        ("no model item", "PAR9003", s => Replace(s["Gate.csproj"], "ParityModel", "Content"), Build),
    ];

    [PackageFact]
    public void A_stranger_adds_records_builds_breaks_and_accepts()
    {
        using var scaffold = new PackageScaffold("");
        scaffold.Copy("golden/models/guide_cnn/model.pt", "models/net.pt");
        scaffold.Copy("golden/ops/linear/along_width_after_conv/graph.json", "models/head/graph.json");
        WriteWeights(scaffold);

        scaffold.DotNet("add", "Gate.csproj", "package", "Harness.MSBuild", "--version", Feed.Version).ShouldBeGreen();
        File.ReadAllText(scaffold["Gate.csproj"]).Should().Contain("<PrivateAssets>all</PrivateAssets>");
        Directory.Exists(scaffold[$"packages/harness.msbuild/{Feed.Version}"]).Should().BeTrue(
            $"ours, and no other's; where this machine keeps one of this version, it is taken: delete {Feed.Kept}");
        scaffold.Build().ShouldBeGreen().Runs.Should().Be(0, "a project that names no model is left alone");

        Replace(scaffold["Gate.csproj"], "</Project>", Models + "</Project>");
        scaffold.Build().ShouldBeRed("PAR3001", "PAR3001");
        Restored(scaffold).Should().Equal("harness.msbuild");

        var recorded = scaffold.Build("-t:ParityRecord").ShouldBeGreen();
        recorded.Warnings.Should().BeEmpty();
        recorded.Output.Should().Contain("net: recorded (").And.Contain("head: recorded (");
        Restored(scaffold).Should().Equal("harness.msbuild", "harness.reference");
        scaffold.Build().ShouldBeGreen().Warnings.Should().BeEmpty();
        scaffold.Build().ShouldBeGreen().Runs.Should().Be(0, "nothing has changed");

        BreakInManyWays(scaffold);
        Accept(scaffold);

        scaffold.Build().ShouldBeGreen();
    }

    static void BreakInManyWays(PackageScaffold scaffold)
    {
        string[] kept = ["models", "golden", "Gate.csproj"];
        foreach (var path in kept)
            CopyAny(scaffold[path], scaffold[$"whole/{path}"]);
        foreach (var (what, code, action, target) in s_breaks)
        {
            action(scaffold);
            var build = scaffold.Build("--no-restore", target);
            build.ExitCode.Should().Be(1, what + build.Output);
            build.Errors.Select(error => error.Code).Distinct().Should().Equal([code], what + build.Output);

            scaffold.Fault = null;
            foreach (var path in kept.Select(path => scaffold[path]).Where(Directory.Exists))
                Directory.Delete(path, recursive: true);
            foreach (var path in kept)
                CopyAny(scaffold[$"whole/{path}"], scaffold[path]);
        }
        Directory.Delete(scaffold["whole"], recursive: true);
        scaffold.Build("--no-restore").ShouldBeGreen();
    }

    // Nobody's sums are equal to the last bit: what was received is right, and drifts.
    static void Accept(PackageScaffold scaffold)
    {
        scaffold.DotNet("tool", "install", "Harness.Cli", "--version", Feed.Version, "--tool-path", "tools")
            .ShouldBeGreen();
        scaffold.DotNet("dnx", $"Harness.Cli@{Feed.Version}", "--yes", "verify", Golden).ShouldBeGreen()
            .Output.Should().Contain("1 of 1 cases hold");
        Tolerate(scaffold, "0");
        scaffold.Build().ShouldBeRed("PAR2001");
        scaffold.Run("tools/harness", "accept", Golden, "--reason", "a test's own: it's the same").ShouldBeGreen();
        Replace(scaffold["Gate.csproj"], " Tolerance=\"0\"", "");

        File.ReadAllText(scaffold[$"{Golden}/golden.json"]).Should().Contain("the same");
    }

    static IEnumerable<string> Restored(PackageScaffold scaffold) =>
        Directory.GetDirectories(scaffold["packages"]).Select(folder => Path.GetFileName(folder)).Order();

    // The format's own words: the length of the header, the header, the tensors.
    static void WriteWeights(PackageScaffold scaffold, params string[] missing)
    {
        var graph = JsonNode.Parse(File.ReadAllText(scaffold["models/head/graph.json"]))!;
        var (header, data, random) = (new JsonObject(), new MemoryStream(), new Random(7));
        foreach (var parameter in graph["parameters"]!.AsArray())
        {
            var (name, shape) = ((string)parameter!["name"]!, parameter["shape"]!.AsArray());
            if (missing.Contains(name))
                continue;
            var start = data.Length;
            for (var i = shape.Aggregate(1, (count, extent) => count * (int)extent!); i > 0; i--)
                data.Write(BitConverter.GetBytes((float)(random.NextDouble() - 0.5)));
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = shape.DeepClone(),
                ["data_offsets"] = new JsonArray(start, data.Length),
            };
        }
        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(scaffold["models/head.safetensors"],
            [.. BitConverter.GetBytes((long)text.Length), .. text, .. data.ToArray()]);
    }

    static void Tolerate(PackageScaffold scaffold, string limit) =>
        Replace(scaffold["Gate.csproj"], "net.pt\"", $"net.pt\" Tolerance=\"{limit}\"");

    static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    static void Cut(string file)
    {
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
    }

    static void Replace(string file, string from, string to)
    {
        var text = File.ReadAllText(file);
        text.Should().Contain(from);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal), Encoding.UTF8);
    }

    static void CopyAny(string from, string to)
    {
        if (Directory.Exists(from))
            CopyFolder(from, to);
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to, overwrite: true);
        }
    }

    static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            CopyAny(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
