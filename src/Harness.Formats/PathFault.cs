namespace Harness.Formats;

/// <summary>Why a path cannot be what it should be, in words for people.</summary>
public static class PathFault
{
    const string Folder = "this is a folder, not a file";

    static ReadOnlySpan<byte> LfsPointer => "version https://git-lfs"u8;

    /// <summary>Why there is no file to be read; null where there is one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="absent">What to say where there is nothing.</param>
    public static string? OfFile(string path, string absent = "there is no such file") =>
        File.Exists(path) ? null : Directory.Exists(path) ? Folder : absent;

    /// <summary>Why there is no file of a name that is well formed, or why it was not opened.</summary>
    internal static string OfOpening(string path, Exception e) =>
        e is FileNotFoundException or DirectoryNotFoundException ? "no such file"
        : Directory.Exists(path) ? Folder
        : e is UnauthorizedAccessException ? "permission denied"
        : e.Message.ReplaceLineEndings(" ");

    /// <summary>Why a path cannot be written.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="e">What the system says.</param>
    internal static string OfWriting(string path, Exception e)
    {
        if (Directory.Exists(path)) return Folder;
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(folder)) return $"'{folder}' is a file, not a folder";
        return e switch
        {
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "nothing can be made in that folder",
            _ => WithoutPath(e.Message.ReplaceLineEndings(" ")),
        };
    }

    // .NET ends what the system says with the path that it tried, which is that of a temporary file.
    static string WithoutPath(string message)
    {
        int path = message.LastIndexOf(" : '", StringComparison.Ordinal);
        return path > 0 && message.EndsWith('\'') ? message[..path] : message;
    }

    /// <summary>Why these first bytes are those of no file at all but of a pointer to one; null where they are not: a
    /// checkout without Git LFS leaves such pointers behind.</summary>
    public static string? OfContent(ReadOnlySpan<byte> head) =>
        head.StartsWith(LfsPointer) ? "this is a Git LFS pointer, not the file itself; run 'git lfs pull'" : null;
}
