namespace Harness.Formats;

/// <summary>Folders below a folder, through links as well: a checkout may have its goldens elsewhere.</summary>
public static class LinkedFolders
{
    /// <summary>The folder and all below it. A link is followed, but not into a folder that it lies in: that would give
    /// its folders for ever.</summary>
    /// <param name="folder">An absolute path.</param>
    public static IEnumerable<string> AtAndBelow(string folder) => Search(new DirectoryInfo(folder), []);

    /// <summary>Whether anything stands in a place: a link that leads nowhere, or in a circle, as well.</summary>
    public static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

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
}
