namespace Harness.Formats;

/// <summary>Files that are read at once. A pipe or a device that stands where a file should is like an empty file:
/// opening it could wait for ever.</summary>
public static class WholeFile
{
    /// <summary>The bytes; none where the path is no file with a size.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path) => HasSize(path) ? File.ReadAllBytes(path) : [];

    /// <summary>A stream of the bytes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Stream Open(string path) => HasSize(path) ? File.OpenRead(path) : Stream.Null;

    // Of what is no file, or not there, the answer is left to whoever opens it: it says why.
    internal static bool HasSize(string path) =>
        new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path)
            is not { Exists: true, Length: 0 };
}
