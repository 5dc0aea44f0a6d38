using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Cases;

/// <summary>Which set of cases a golden belongs to.</summary>
public static class CaseSetPlace
{
    // The folder that verify searches unless it is told another, and that a project's goldens lie in.
    const string UsualRoot = "golden";

    /// <summary>The sets at and above a folder, nearest first. What is called one and is a folder, or a link that leads
    /// nowhere, is one that cannot be read, and not none.</summary>
    public static IEnumerable<string> AtOrAbove(string folder) =>
        Upwards(folder).Select(place => Path.Combine(place, CaseSet.FileName)).Where(LinkedFolders.IsThere);

    /// <summary>The sets below a folder and in it.</summary>
    public static IEnumerable<string> Below(string folder) => Directory.Exists(folder)
        ? LinkedFolders.AtAndBelow(folder).Select(place => Path.Combine(place, CaseSet.FileName))
            .Where(LinkedFolders.IsThere).Order(StringComparer.Ordinal)
        : [];

    /// <summary>The set that a golden is recorded into: the nearest; where there is none yet, one in the folder of all
    /// goldens, where that is known, or in the nearest folder called <c>golden</c>; else one beside the golden's
    /// folder.</summary>
    /// <param name="golden">The golden's folder.</param>
    /// <param name="named">A set that it is taken into anyway; where a search would find that, it is the one.</param>
    /// <param name="root">The folder of all goldens; null where that is not known.</param>
    /// <returns>Null where that would be a folder of everybody's, as that of temporary files is.</returns>
    public static string? OfGolden(string golden, string? named = null, string? root = null)
    {
        if (named is not null && Path.GetFileName(named) == CaseSet.FileName
            && Upwards(golden).Contains(Path.GetDirectoryName(Path.GetFullPath(named))))
            return Path.GetFullPath(named);
        if (AtOrAbove(golden).FirstOrDefault() is { } nearest) return nearest;
        string? all = root is null ? null : Normal(root);
        string? place = Upwards(golden).FirstOrDefault(folder => folder == all)
            ?? Upwards(golden).FirstOrDefault(folder => Path.GetFileName(folder) == UsualRoot)
            ?? Path.GetDirectoryName(Normal(golden));
        return place is null || IsEverybodys(place) ? null : Path.Combine(place, CaseSet.FileName);
    }

    /// <summary>What a new set begins with: the goldens that are already there, so that it calls none of them a
    /// stranger.</summary>
    public static string[] Beginning(string set)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(set))!;
        if (File.Exists(set) || Path.GetFileName(set) != CaseSet.FileName || !Directory.Exists(folder)) return [];
        CaseSet[] others = [.. Below(folder).Select(CaseSet.Read)];
        return [.. LinkedFolders.AtAndBelow(folder)
            .Where(golden => File.Exists(Path.Combine(golden, GoldenStore.JsonName)))
            .Where(golden => !Array.Exists(others, other => other.Holds(golden)))];
    }

    /// <summary>A folder's path in the one form in which paths are compared.</summary>
    internal static string Normal(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    static IEnumerable<string> Upwards(string folder)
    {
        for (string? place = Normal(folder); place is not null; place = Path.GetDirectoryName(place))
            yield return place;
    }

    static bool IsEverybodys(string folder) =>
        Path.GetPathRoot(folder) == folder
        || folder == Normal(Path.GetTempPath())
        || folder == Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
