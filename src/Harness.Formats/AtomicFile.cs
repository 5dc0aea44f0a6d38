namespace Harness.Formats;

/// <summary>Writes a file so that it is either the old one or the whole new one, whatever interrupts: the bytes go to a
/// temporary file beside it, which then takes its name.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/>, making its folder where needed.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="write">Writes the whole content; what it throws leaves the old file as it was.</param>
    /// <exception cref="IOException">It cannot be written; the message says which file, and why.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        MakeFolder(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():n}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None,
                1 << 16))
            {
                write(stream);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system would speak of the temporary file.
            File.Delete(temporary);
            throw Unwritable(full, e);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Makes a folder and those above it, where they are not there.</summary>
    /// <exception cref="IOException">It cannot be made; the message says which, and why.</exception>
    public static void MakeFolder(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(full) ? new IOException($"'{full}' is a file, not a folder", e) : Unwritable(full, e);
        }
    }

    /// <summary>Says before long work whether a folder can be written later, and leaves nothing behind.</summary>
    /// <param name="path">The folder, which need not be there yet.</param>
    /// <exception cref="IOException">It cannot; the message says why.</exception>
    public static void DemandWritable(string path)
    {
        string full = Path.GetFullPath(path), there = full;
        if (File.Exists(full)) throw new IOException($"'{full}' is a file, not a folder");
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there) ?? Directory.GetCurrentDirectory();
        string trial = Path.Combine(there, $".{Guid.NewGuid():n}.tmp");
        try
        {
            File.Create(trial, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(full, e);
        }
    }

    static IOException Unwritable(string path, Exception e) =>
        new($"'{path}' cannot be written: {PathFault.OfWriting(path, e)}", e);

    /// <summary>Writes these bytes.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        // A span cannot be captured by the lambda; files written this way are documents, not tensors.
        byte[] copy = bytes.ToArray();
        Write(path, stream => stream.Write(copy));
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));
}
