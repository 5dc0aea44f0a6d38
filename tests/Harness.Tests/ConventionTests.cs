using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Harness.Tests.Naive;

namespace Harness.Tests;

/// <summary>Columns, names and dead code, read from the sources and from what was compiled of them.</summary>
public sealed partial class ConventionTests
{
    static readonly string s_root = NaiveWalkTests.Repository;

    // What nobody in src names, and why it stays. A line that is no longer needed fails.
    static readonly Dictionary<string, string> s_uncalled = new(StringComparer.Ordinal)
    {
        ["Deconstruct"] = "the language calls it",
        ["Equals"] = "the language calls it",
        ["Item"] = "an indexer: its name is not spelled",
        ["IsDeterministic"] = "tests read the mode of the native library back; src only sets it",
        ["InputRow"] = "who embeds a session fills its input in place",
        ["InputRows"] = "who embeds a session fills its input in place",
        ["OutputRow"] = "who embeds a session reads its output in place",
        ["OutputRows"] = "who embeds a session reads its output in place",
        ["ParityNames"] = "the targets name it",
        ["ParityRecord"] = "the targets name it",
        ["ParityUpToDate"] = "the targets name it",
        ["ParityVerify"] = "the targets name it",
        ["Materialize"] = "who embeds takes one leaf's elements; src reads the tree that ships",
        ["MemoryBytes"] = "who embeds a plan asks what it holds; tests hold it to the weights",
        ["MiddleAxis"] = "a shape as tests think of it; a value's own axes make those of src",
        ["MSBuildMultiThreadableTaskAttribute"] = "MSBuild reads it off a task by its name",
        ["SoftwareFma"] = "tests tell by it which processor they have been given",
        ["Spatial"] = "a shape as tests think of it; a value's own axes make those of src",
    };

    // A noun that says nothing: a class of this name holds whatever nobody found a place for.
    static readonly string[] s_empty =
    [
        "Utils", "Util", "Helper", "Helpers", "Manager", "Service", "Factory", "Provider", "Processor", "Handler",
        "Wrapper", "Impl", "Base", "Info", "Common", "Core", "Misc",
    ];

    static IEnumerable<string> Sources(params string[] folders) =>
        All(folders).Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal));

    static IEnumerable<string> All(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(
            Path.Combine(s_root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(s_root, file).Replace('\\', '/'))
            .Where(file => !Built().IsMatch(file))
            .Order(StringComparer.Ordinal);

    // The build refuses the same lines, file by file: CheckLongLines in Directory.Build.targets.
    [Fact]
    public void No_line_is_longer_than_the_build_permits()
    {
        var targets = XDocument.Load(Path.Combine(s_root, "Directory.Build.targets"));
        int longest = int.Parse(targets.Descendants("LongestLine").Single().Value);
        longest.Should().Be(120, "editorconfig's max_line_length, which editors show");
        File.ReadAllText(Path.Combine(s_root, ".editorconfig")).Should().Contain($"max_line_length = {longest}");

        var files = Sources("build", "src", "tests").ToList();
        files.Should().HaveCountGreaterThan(300);
        files.SelectMany(file => File.ReadLines(Path.Combine(s_root, file))
                .Select((line, index) => (Place: $"{file}({index + 1})", line.Length)))
            .Where(line => line.Length > longest).Select(line => line.Place)
            .Should().BeEmpty();
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Sources("build", "src", "tests")
            // Cake's own types, which build/Frosting declares as its package would.
            .Where(file => !file.StartsWith("build/Frosting/", StringComparison.Ordinal))
            .SelectMany(file =>
                TypeDeclaration().Matches(Code(file)).Select(type => (file, Name: type.Groups[1].Value)))
            .Where(type => Array.Exists(s_empty, word => type.Name.EndsWith(word, StringComparison.Ordinal)))
            .Should().BeEmpty();

    // IDE0051, IDE0052 and CA1823 see what is private; nobody sees what is internal or public and has lost its last
    // caller. A name is dead when src spells it no more often than src declares it.
    [Fact]
    public void Every_name_that_src_declares_is_used_in_src()
    {
        // Generated kernels use what others declare.
        var spelled = All("src").SelectMany(file => Word().Matches(Code(file)).Select(word => word.Value))
            .CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var declared = Projects().SelectMany(Declared).CountBy(name => name, StringComparer.Ordinal).ToList();
        declared.Should().HaveCountGreaterThan(1000);

        var dead = declared.Where(name => spelled.TryGetValue(name.Key, out int times) && times <= name.Value)
            .Select(name => name.Key).Order(StringComparer.Ordinal).ToList();

        string.Join(' ', dead.Except(s_uncalled.Keys)).Should().BeEmpty("what nobody calls goes, or stands above");
        string.Join(' ', s_uncalled.Keys.Except(dead)).Should().BeEmpty("an excuse that is no longer needed goes");
    }

    // Their assemblies as they were built.
    static IEnumerable<string> Projects()
    {
        string configuration = Path.GetFileName(Path.GetDirectoryName(typeof(ConventionTests).Assembly.Location)!);
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(s_root, "src")))
        {
            string project = Path.GetFileName(folder);
            string name = project == "Harness.Cli" ? "harness" : project;
            yield return Path.Combine(s_root, "artifacts", "bin", project, configuration, name + ".dll");
        }
    }

    // What a generated type holds has names like anybody's: Runner, of each expression.
    static bool IsInGenerated(MetadataReader metadata, TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil) type = metadata.GetTypeDefinition(type.GetDeclaringType());
        return metadata.GetString(type.Name).Contains('<', StringComparison.Ordinal);
    }

    // Every declaration that could be removed: overrides, what implements a framework's interface, and what the
    // compiler adds, cannot.
    static IEnumerable<string> Declared(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            string name = metadata.GetString(type.Name).Split('`')[0];
            if (name.Contains('<', StringComparison.Ordinal) || IsInGenerated(metadata, type)) continue;
            // The task links files of other projects, which declare them.
            if (Path.GetFileName(assembly) == "Harness.MSBuild.dll"
                && metadata.GetString(type.Namespace) is "Harness.Formats" or "Harness.Parity") continue;
            // A static class is only where its members live, which are looked at one by one.
            if (!type.Attributes.HasFlag(TypeAttributes.Abstract | TypeAttributes.Sealed)) yield return name;
            foreach (var field in type.GetFields().Select(metadata.GetFieldDefinition))
                if (Plain(metadata.GetString(field.Name)) is { } plain) yield return plain;
            foreach (var property in type.GetProperties().Select(metadata.GetPropertyDefinition))
                if (property.GetAccessors().Getter is var getter && !Overrides(getter)
                    && Plain(metadata.GetString(property.Name)) is { } plain)
                    yield return plain;
            foreach (var method in type.GetMethods())
            {
                var (attributes, called) = Method(method);
                if (!attributes.HasFlag(MethodAttributes.SpecialName) && !Overrides(method)
                    && Plain(called) is { } plain)
                    yield return plain;
            }
        }

        (MethodAttributes, string) Method(MethodDefinitionHandle method) =>
            (metadata.GetMethodDefinition(method).Attributes,
                metadata.GetString(metadata.GetMethodDefinition(method).Name));

        bool Overrides(MethodDefinitionHandle method) => !method.IsNil
            && (Method(method).Item1 & (
                MethodAttributes.Virtual | MethodAttributes.NewSlot)) == MethodAttributes.Virtual;
    }

    static string? Plain(string name) => Identifier().IsMatch(name) ? name : null;

    // A file without comments and without the text of its strings; what stands in their holes is code.
    static string Code(string file) => Prose().Replace(File.ReadAllText(Path.Combine(s_root, file)), match =>
        match.Value.Contains('{', StringComparison.Ordinal) && match.Value[0] == '$'
            ? string.Join(' ', Hole().Matches(match.Value).Select(hole => hole.Value))
            : " ");

    [GeneratedRegex("(^|/)(bin|obj|artifacts)/")]
    private static partial Regex Built();

    [GeneratedRegex(@"\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[A-Za-z_]\w*$")]
    private static partial Regex Identifier();

    // Comments; raw, verbatim, interpolated and plain strings; characters.
    [GeneratedRegex("""
        //[^\n]*|/\*[\s\S]*?\*/|\$*"{3,}[\s\S]*?"{3,}|\$?@"(?:[^"]|"")*"
        |\$"(?:\{\{|\{(?:[^{}"]|"[^"]*"|\{[^{}]*\})*\}|\\.|[^"\\{])*"|"(?:\\.|[^"\\])*"|'(?:\\.[^']*|[^'\\])'
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Prose();

    [GeneratedRegex(@"\{[^{].*?\}")]
    private static partial Regex Hole();
}
