using System.Text.RegularExpressions;
using Harness.Tests.Naive;
using YamlDotNet.RepresentationModel;

namespace Harness.Tests.Workflows;

/// <summary>A file that a CI service reads.</summary>
sealed partial class WorkflowFile
{
    WorkflowFile(string path)
    {
        Path = path;
        Text = File.ReadAllText(System.IO.Path.Combine(NaiveWalkTests.Repository, path));
        Root = Parse(Text);
    }

    /// <summary>GitHub's files.</summary>
    public static IReadOnlyList<WorkflowFile> OfGitHub { get; } =
    [
        .. Directory.EnumerateFiles(System.IO.Path.Combine(NaiveWalkTests.Repository, ".github", "workflows"))
            .Order().Select(file => new WorkflowFile(System.IO.Path.GetRelativePath(NaiveWalkTests.Repository, file))),
    ];

    /// <summary>That of Azure Pipelines.</summary>
    public static WorkflowFile OfAzure { get; } = new("azure-pipelines.yml");

    /// <summary>All of them.</summary>
    public static IEnumerable<WorkflowFile> All => OfGitHub.Append(OfAzure);

    /// <summary>The file, from the repository's root.</summary>
    public string Path { get; }

    /// <summary>Its text.</summary>
    public string Text { get; }

    /// <summary>What it says.</summary>
    public YamlMappingNode Root { get; }

    /// <summary>The words of each call of the build, with values in the place of what the service fills in.</summary>
    public IEnumerable<string[]> Calls => Commands.Select(command => CallPattern().Match(command))
        .Where(match => match.Success)
        .Select(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What its steps run, an example for each.</summary>
    public IEnumerable<string> Commands => Root.AllNodes.OfType<YamlMappingNode>()
        .SelectMany(mapping => mapping.Where(pair => pair.Key is YamlScalarNode { Value: "run" or "script" }))
        .Select(pair => Example(((YamlScalarNode)pair.Value).Value!));

    /// <summary>The document of a text.</summary>
    public static YamlMappingNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    // Of the names that the files use.
    static string Example(string command) => command
        .Replace("${{ matrix.shard }}", "1").Replace("$(shard)", "1").Replace("${{ github.ref_name }}", "v1.2.3")
        .ReplaceLineEndings(" ");

    /// <inheritdoc/>
    public override string ToString() => Path;

    [GeneratedRegex(@"dotnet run --project build -- (.*)$")]
    private static partial Regex CallPattern();
}
