using System.Text.RegularExpressions;
using System.Xml;

namespace Harness.MSBuild.Names;

/// <summary>What kind of name a project file gives something.</summary>
enum NameKind
{
    /// <summary>A child of <c>PropertyGroup</c>.</summary>
    Property,

    /// <summary>A child of <c>ItemGroup</c>.</summary>
    ItemType,

    /// <summary>An attribute or a child of <c>ParityModel</c>.</summary>
    Metadata,
}

/// <summary>A name where a file gives it.</summary>
readonly record struct NamePlace(NameKind Kind, string Name, string File, int Line);

/// <summary>The names in project files and in what they import, as far as an import says where its file is: by a
/// path, by <c>$(MSBuildThisFileDirectory)</c> and its like, or as one of that name in a folder above.</summary>
/// <remarks>A task sees items and what is given to it; which properties a project sets, nobody tells it.</remarks>
sealed partial class ProjectText(string project, string packages)
{
    readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Every property, item type and metadata of a model that is set.</summary>
    public List<NamePlace> Set { get; } = [];

    /// <summary>Every name that something reads: <c>$(A)</c>, <c>@(A)</c>, <c>%(A)</c>. A property's own condition and
    /// value do not count.</summary>
    public HashSet<string> Used { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a file and what it imports, where that is there.</summary>
    public void Read(string file)
    {
        if (!_files.Add(file) || !File.Exists(file))
            return;
        var imports = new List<string>();
        try
        {
            using var xml = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            Read(xml, file, imports);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            // MSBuild has read it, or says itself what is wrong with it.
        }
        foreach (var import in imports)
            if (Resolve(import, Path.GetDirectoryName(file)!) is { } path)
                Read(path);
    }

    void Read(XmlReader xml, string file, List<string> imports)
    {
        var parents = new Stack<string>();
        // The name that is being set, whose own words are no use of it.
        string? own = null;
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    var (name, line, isEmpty) = (xml.LocalName, ((IXmlLineInfo)xml).LineNumber, xml.IsEmptyElement);
                    own = parents.TryPeek(out var parent) && Kind(parent) is { } kind ? name : null;
                    if (own is not null)
                        Set.Add(new NamePlace(Kind(parent!)!.Value, name, file, line));
                    while (xml.MoveToNextAttribute())
                    {
                        if (Is(name, KnownNames.ModelItem))
                            Set.Add(new NamePlace(
                                NameKind.Metadata, xml.LocalName, file, ((IXmlLineInfo)xml).LineNumber));
                        if (name == "Import" && xml.LocalName == "Project")
                            imports.Add(xml.Value);
                        Use(xml.Value, own);
                    }
                    if (isEmpty)
                        own = null;
                    else
                        parents.Push(name);
                    break;
                case XmlNodeType.EndElement:
                    parents.Pop();
                    own = null;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    Use(xml.Value, own);
                    break;
            }
        }
    }

    static NameKind? Kind(string parent) => parent switch
    {
        "PropertyGroup" => NameKind.Property,
        "ItemGroup" or "ItemDefinitionGroup" => NameKind.ItemType,
        _ => Is(parent, KnownNames.ModelItem) ? NameKind.Metadata : null,
    };

    void Use(string text, string? own)
    {
        foreach (Match match in UsePattern().Matches(text))
            if (!Is(match.Groups[1].Value, own))
                Used.Add(match.Groups[1].Value);
    }

    string? Resolve(string import, string folder)
    {
        if (AbovePattern().Match(import) is { Success: true } above)
            return Above(above.Groups[1].Value, Path.GetDirectoryName(folder));
        var path = import
            .Replace("$(MSBuildThisFileDirectory)", folder + Path.DirectorySeparatorChar)
            .Replace("$(MSBuildProjectDirectory)", Path.GetDirectoryName(project))
            .Replace("$(NuGetPackageRoot)", packages);
        return path.AsSpan().ContainsAny("$@%*?") ? null
            : Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), folder);
    }

    static string? Above(string name, string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, name) is var path && File.Exists(path))
                return path;
        return null;
    }

    static bool Is(string name, string? other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"[$@%]\(\s*(?:\w+\.)?(\w+)")]
    private static partial Regex UsePattern();

    // As Microsoft's page on Directory.Build.props merges one with the next above.
    [GeneratedRegex(
        @"^\$\(\[MSBuild\]::GetPathOfFileAbove\(\s*'?([\w.-]+)'?\s*,\s*'?\$\(MSBuildThisFileDirectory\)\.\.")]
    private static partial Regex AbovePattern();
}
