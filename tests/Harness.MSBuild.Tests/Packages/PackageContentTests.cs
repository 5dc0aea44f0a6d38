using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Harness.MSBuild.Tests.Packages;

/// <summary>What is in the packages, and what is not.</summary>
public sealed class PackageContentTests
{
    const long MostOfTheGate = 20_000_000;

    [PackageFact]
    public void Every_package_says_what_it_is_and_all_have_one_version()
    {
        Directory.GetFiles(Feed.Folder!, "*.nupkg").Should().BeEquivalentTo(Feed.Names.Select(Feed.File));
        foreach (var name in Feed.Names)
        {
            var facts = XDocument.Parse(PackageScaffold.Text(name, $"{name}.nuspec")).Root!.Elements().Single();
            string? Fact(string element) => (string?)facts.Element(facts.Name.Namespace + element);
            Fact("id").Should().Be(name);
            Fact("version").Should().Be(Feed.Version);
            Fact("license").Should().Be("MIT");
            Fact("icon").Should().Be("icon.png");
            Fact("readme").Should().Be("README.md");
            Fact("description").Should().NotBeNullOrEmpty();
            PackageScaffold.Text(name, "README.md").Should().StartWith($"# {name}");
            facts.Descendants().Where(element => element.Name.LocalName == "dependency")
                .Where(d => ((string)d.Attribute("id")!).StartsWith("Harness", StringComparison.Ordinal)
                    && (string?)d.Attribute("version") != Feed.Version)
                .Should().BeEmpty(name);
        }
    }

    [PackageFact]
    public void The_gate_is_a_development_dependency_without_dependencies_and_small()
    {
        var facts = XDocument.Parse(PackageScaffold.Text("Harness.MSBuild", "Harness.MSBuild.nuspec"));
        facts.Descendants().Single(e => e.Name.LocalName == "developmentDependency").Value.Should().Be("true");
        facts.Descendants().Where(e => e.Name.LocalName == "dependency").Should().BeEmpty();
        new FileInfo(Feed.File("Harness.MSBuild")).Length.Should().BeLessThan(MostOfTheGate);

        Entries("Harness.MSBuild").Should().Contain([
            "build/Harness.MSBuild.props", "build/Harness.MSBuild.targets",
            "buildMultiTargeting/Harness.MSBuild.props", "buildMultiTargeting/Harness.MSBuild.targets",
            "tasks/net10.0/Harness.MSBuild.dll", "tools/net10.0/any/harness.dll", "docs/codes.md",
        ]).And.NotContain(entry => entry.StartsWith("lib/", StringComparison.Ordinal), "there is nothing to reference");
        // One for any platform, and one for each that its code was compiled ahead for.
        var commands = Entries("Harness.MSBuild").Where(e => e.EndsWith("/harness.dll", StringComparison.Ordinal));
        commands.Should().HaveCountGreaterThan(1).And.OnlyContain(entry => entry.Split('/').Length == 4);
    }

    [PackageTheory]
    [InlineData("Harness.Executor")]
    [InlineData("Harness.Formats")]
    [InlineData("Harness.Parity")]
    public void A_library_has_documentation_and_symbols(string name)
    {
        Entries(name).Should().Contain([$"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"]);
        using var symbols = ZipFile.OpenRead(Path.ChangeExtension(Feed.File(name), "snupkg"));
        symbols.Entries.Should().Contain(entry => entry.FullName == $"lib/net10.0/{name}.pdb");
    }

    [PackageFact]
    public void What_holds_code_of_others_says_whose()
    {
        foreach (var name in Feed.Names)
        {
            var others = Entries(name).Where(entry => entry.EndsWith(".dll", StringComparison.Ordinal))
                .Select(entry => Path.GetFileNameWithoutExtension(entry)!)
                .Where(file => !file.StartsWith("Harness", StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
            Entries(name).Contains("THIRD-PARTY-NOTICES.txt").Should().Be(others.Count > 0, name);
            foreach (var part in others.Select(file => file.Replace("ICSharpCode.", "").Replace("LibTorch", "Torch")))
                PackageScaffold.Text(name, "THIRD-PARTY-NOTICES.txt").Should().Contain(part.Replace(".Ansi", ""));
        }
    }

    // Of 500 MB nobody would notice where they came from: verifying needs none of it.
    [PackageFact]
    public void Libtorch_is_in_no_package_and_TorchSharp_in_one()
    {
        foreach (var name in Feed.Names)
        {
            var entries = Entries(name);
            entries.Should().NotContain(entry => entry.Contains("torch_cpu") || entry.Contains("libtorch."));
            entries.Any(entry => entry.Contains("TorchSharp")).Should().Be(name == "Harness.Reference", name);
        }
    }

    [PackageFact]
    public void Nothing_tells_where_it_was_built()
    {
        byte[][] traces = [Encoding.UTF8.GetBytes(Scaffold.Repository), Encoding.Unicode.GetBytes(Scaffold.Repository)];
        foreach (var package in Directory.GetFiles(Feed.Folder!))
        {
            using var zip = ZipFile.OpenRead(package);
            foreach (var entry in zip.Entries)
            {
                using var bytes = new MemoryStream();
                using (var from = entry.Open())
                    from.CopyTo(bytes);
                foreach (var trace in traces)
                    bytes.ToArray().AsSpan().IndexOf(trace).Should().Be(-1, $"{package}, {entry.FullName}");
            }
        }
    }

    static List<string> Entries(string name)
    {
        using var zip = ZipFile.OpenRead(Feed.File(name));
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }
}
