namespace Harness.Formats;

/// <summary>Folders below a folder, through links as well: a checkout may have its goldens elsewhere.</summary>
public static class LinkedFolders
{
    /// <summary>The folder and all below it. A link is followed, but not into a folder that it lies in: that would give
    /// its folders for ever.</summary>
    /// <param name="folder">An absolute path.</param>
    public static IEnumerable<string> AtAndBelow(string folder) => Search(new DirectoryInfo(folder), []);

    /// <summary>The files of a name, or what stands in their place, in the folder and, if it is deep, all below
    /// it.</summary>
    public static IEnumerable<string> Entries(string folder, string name, bool isDeep = true) =>
        (isDeep ? AtAndBelow(folder) : [folder]).Select(place => Path.Combine(place, name)).Where(IsThere);

    static IEnumerable<string> Search(DirectoryInfo below, string[] within)
    {
        // The search has read what a folder is, and asks again only for links.
        string? real = (below.Attributes & FileAttributes.ReparsePoint) == 0 ? null
            : below.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        real ??= within is [.., var last] ? Path.Combine(last, below.Name) : below.FullName;
        if (Array.IndexOf(within, real) >= 0) yield break;
        string[] inside = [.. within, real];
        yield return below.FullName;
        foreach (var inner in below.EnumerateDirectories())
            foreach (string found in Search(inner, inside)) yield return found;
    }

    // Of a link that leads nowhere or in a circle as well.
    static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
