using Microsoft.Build.Framework;

namespace Harness.MSBuild.Names;

/// <summary>A name that a project says to the gate, which nothing reads: probably a slip of the pen.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Line">The line; 0 where it is not known.</param>
/// <param name="Message">What it is, and what it may have been meant for.</param>
sealed record UnknownName(string File, int Line, string Message)
{
    /// <summary>Its code.</summary>
    public const string Code = "PAR9007";

    /// <summary>Those of a project. Metadata under other names than ours may be anybody's, so only what is nearly one
    /// of ours counts there, or begins as our properties do.</summary>
    public static List<UnknownName> Of(ProjectNames names, ITaskItem[] models, IBuildEngine engine)
    {
        var text = new ProjectText(names.Project, names.PackageRoot);
        foreach (var file in names.Files)
            text.Read(file);
        List<(NamePlace Place, string Message)> found =
            [.. OfModels(models, text, names.Project), .. OfFiles(text), .. OfCommandLine(engine, names.Project)];
        if (found.Count == 0)
            return [];
        // What packages read is no mistake. There are many of them, and seldom a name to ask about.
        foreach (var file in names.PackageFiles)
            text.Read(file);
        return [.. found.Where(one => !text.Used.Contains(one.Place.Name))
            .Select(one => new UnknownName(one.Place.File, one.Place.Line, one.Message))];
    }

    static IEnumerable<(NamePlace, string)> OfModels(ITaskItem[] models, ProjectText text, string project)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in models)
            foreach (string name in model.CloneCustomMetadata().Keys)
            {
                if (IsOneOf(KnownNames.Metadata, name) || !seen.Add(name))
                    continue;
                var meant = IsOurs(name)
                    ? Spelling.Nearest(name[KnownNames.Prefix.Length..], KnownNames.Metadata)
                    : Spelling.Slip(name, KnownNames.Metadata);
                if (meant is null && !IsOurs(name))
                    continue;
                var place = text.Set.Find(one => one.Kind == NameKind.Metadata && Is(one.Name, name));
                yield return (
                    place.File is null ? new NamePlace(NameKind.Metadata, name, project, 0) : place,
                    Said($"metadata '{name}' of {KnownNames.ModelItem} '{model.ItemSpec}'", meant));
            }
    }

    static IEnumerable<(NamePlace, string)> OfFiles(ProjectText text) => text.Set
        .Where(one => IsOurs(one.Name) && !IsKnown(one))
        .DistinctBy(one => (one.Kind, one.Name.ToUpperInvariant(), one.File))
        .Select(one => (one, one.Kind == NameKind.Property
            ? Said($"property '{one.Name}'", NearestProperty(one.Name))
            : Said($"item '{one.Name}'", Spelling.Nearest(one.Name, [KnownNames.ModelItem]))));

    // What -p: says; all else that a build knows is not told to a task.
    static IEnumerable<(NamePlace, string)> OfCommandLine(IBuildEngine engine, string project) =>
        engine is not IBuildEngine6 build ? []
            : build.GetGlobalProperties().Keys.Where(name => IsOurs(name) && !IsOneOf(KnownNames.Properties, name))
                .Select(name => (new NamePlace(NameKind.Property, name, project, 0),
                    Said($"property '{name}' of the command line", NearestProperty(name))));

    static string? NearestProperty(string name) => Spelling.Nearest(name, KnownNames.Properties);

    static string Said(string what, string? meant) => meant is null
        ? $"{what} is unknown to the gate and does nothing; {Code} lists the names that it knows"
        : $"{what} is unknown to the gate and does nothing; did you mean '{meant}'?";

    // Of a model's own names the item itself tells: definitions and updates come to it, too.
    static bool IsKnown(NamePlace place) => place.Kind switch
    {
        NameKind.Property => IsOneOf(KnownNames.Properties, place.Name),
        NameKind.ItemType => Is(KnownNames.ModelItem, place.Name),
        _ => true,
    };

    static bool IsOurs(string name) => name.Length > KnownNames.Prefix.Length
        && name.StartsWith(KnownNames.Prefix, StringComparison.OrdinalIgnoreCase);

    static bool IsOneOf(string[] names, string name) => Array.Exists(names, one => Is(one, name));

    static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Where the names of a project stand.</summary>
/// <param name="Project">Its file.</param>
/// <param name="Files">It, and what MSBuild imports beside it.</param>
/// <param name="PackageFiles">What imports the files of its packages.</param>
/// <param name="PackageRoot">The folder of all packages.</param>
sealed record ProjectNames(string Project, string[] Files, string[] PackageFiles, string PackageRoot);
