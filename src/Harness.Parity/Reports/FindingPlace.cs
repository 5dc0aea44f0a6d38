using System.Globalization;

namespace Harness.Parity.Reports;

/// <summary>A finding's place taken apart: <c>golden.json(12)</c>.</summary>
/// <param name="File">The file, or whatever the place says.</param>
/// <param name="Line">The line from 1; 0 where none is stated.</param>
public readonly record struct FindingPlace(string File, int Line)
{
    // The place of what is wrong with a command line; a program of that name may lie beside it.
    const string Program = "harness";

    const string RepositoryMark = ".git";

    /// <summary>A place taken apart.</summary>
    public static FindingPlace Of(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        int open = place.LastIndexOf('(');
        return open > 0 && place.EndsWith(')')
            && int.TryParse(
                place.AsSpan(open + 1, place.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture,
                out int line)
            ? new FindingPlace(place[..open], line)
            : new FindingPlace(place, 0);
    }

    /// <summary>A place that another machine stated, as this one has it: in the repository that the current folder
    /// belongs to, unless the place itself is there.</summary>
    /// <param name="place">The place.</param>
    /// <param name="inRepository">What <see cref="InRepository"/> was there.</param>
    public static string Here(string place, string inRepository)
    {
        var (file, line) = Of(place);
        if (System.IO.File.Exists(file)) return place;
        string here = Path.Combine(Root(Environment.CurrentDirectory), inRepository);
        return line > 0 ? $"{here}({line})" : here;
    }

    /// <summary>The file as seen from the root of the repository that the current folder belongs to, with forward
    /// slashes; null where it lies elsewhere, or is none.</summary>
    /// <remarks>Code hosts know no other root, wherever in it the build of a project was started.</remarks>
    public string? InRepository
    {
        get
        {
            if (File is "" or Program || File.Contains('\0')) return null;
            string full = Path.GetFullPath(File);
            // An architecture or a node is no file.
            if (!Path.IsPathRooted(File) && !System.IO.File.Exists(full)) return null;
            string relative = Path.GetRelativePath(Root(Environment.CurrentDirectory), full)
                .Replace(Path.DirectorySeparatorChar, '/');
            return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal)
                || Path.IsPathRooted(relative) ? null : relative;
        }
    }

    /// <summary><see cref="InRepository"/> as a relative URI; what lies elsewhere as an absolute one.</summary>
    internal string Uri => InRepository is { } relative ? Escaped(relative)
        : Path.IsPathRooted(File) ? new Uri(File).AbsoluteUri
        : Escaped(File);

    // A worktree has a file of that name.
    static string Root(string folder)
    {
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            string mark = Path.Combine(above.FullName, RepositoryMark);
            if (Directory.Exists(mark) || System.IO.File.Exists(mark)) return above.FullName;
        }
        return folder;
    }

    static string Escaped(string path) => string.Join('/', path.Split('/').Select(System.Uri.EscapeDataString));
}
