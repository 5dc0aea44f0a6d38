using System.Collections.Immutable;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Verification;

namespace Harness.Parity.History;

/// <summary>What earlier runs measured, a line of JSON each. Lines are only ever added: two builds at once lose none of
/// each other's, and a full disk none that was there.</summary>
public sealed class HistoryFile
{
    /// <summary>The most earlier runs of a case that count: a drift that came to stay is the usual one after
    /// them.</summary>
    public const int Kept = 30;

    const int LongestLine = 1 << 20;

    // As long as others may take who write a line or read all of them.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    readonly Dictionary<(string Case, string Device), Queue<HistoryEntry>> _runs = [];

    HistoryFile(string path) => FullPath = path;

    /// <summary>The file, as an absolute path.</summary>
    public string FullPath { get; }

    /// <summary>The last runs of a case on a device, oldest first.</summary>
    public ImmutableArray<HistoryEntry> Of(string name, string device) =>
        _runs.TryGetValue((NameOf(name), device), out var runs) ? [.. runs] : [];

    /// <summary>A case as the file names it: never by an absolute path, which another machine would not
    /// have.</summary>
    /// <exception cref="ModelException">PAR9003: no relative path leads there.</exception>
    public string NameOf(string name)
    {
        if (!Path.IsPathRooted(name)) return name;
        string relative = Path.GetRelativePath(Path.GetDirectoryName(FullPath)!, name)
            .Replace(Path.DirectorySeparatorChar, '/');
        return !Path.IsPathRooted(relative) ? relative : throw new ModelException(new Finding(
            Codes.BadUsage, FullPath,
            $"no relative path leads to {name}; keep a history and its goldens on one drive"));
    }

    /// <summary>Reads a history; one that is not there yet is empty.</summary>
    /// <exception cref="ModelException">PAR9003: some line is broken, or it is no file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static HistoryFile Read(string path)
    {
        var history = new HistoryFile(Path.GetFullPath(path));
        if (PathFault.OfFile(history.FullPath, "") is { } why)
            return why.Length == 0 ? history : throw Refuse(history.FullPath, why);
        using var stream = Opened(history.FullPath, FileMode.Open);
        int number = 0;
        foreach (var line in Lines(stream))
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty) continue;
            var entry = Parsed(history.FullPath, number, line);
            var key = (entry.Case, entry.Device);
            if (!history._runs.TryGetValue(key, out var runs)) history._runs.Add(key, runs = []);
            runs.Enqueue(entry);
            if (runs.Count > Kept) runs.Dequeue();
        }
        return history;
    }

    /// <summary>Adds what a run measured at the end, all or nothing of it.</summary>
    /// <param name="gate">The run.</param>
    /// <param name="time">When it was.</param>
    /// <param name="commit">What was built; null where nothing says so.</param>
    /// <exception cref="ModelException">PAR9003: its last line is broken.</exception>
    /// <exception cref="IOException">It cannot be written, and holds what it held before.</exception>
    public void Append(GateVerdict gate, DateTimeOffset time, string? commit)
    {
        ArgumentNullException.ThrowIfNull(gate);
        byte[] lines =
        [
            .. gate.Cases.Select(verdict => HistoryCheck.EntryOf(verdict, this, time, commit))
                .OfType<HistoryEntry>().SelectMany(HistoryLine.Write),
        ];
        AtomicFile.MakeFolder(Path.GetDirectoryName(FullPath)!);
        using var stream = Opened(FullPath, FileMode.OpenOrCreate);
        // Another may have been interrupted since it was read.
        Append(stream, EndsLine(stream) ? lines : [(byte)'\n', .. lines], FullPath);
    }

    /// <summary>Adds bytes at the end of a stream; what was there is all that is left of it where they do not
    /// fit.</summary>
    internal static void Append(Stream stream, byte[] bytes, string path)
    {
        long before = stream.Length;
        try
        {
            stream.Position = before;
            stream.Write(bytes);
            if (stream is FileStream file) file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            try
            {
                stream.SetLength(before);
            }
            catch (IOException)
            {
                // A device that is no file has no length; then nothing of it was kept either.
            }
            throw new IOException(
                $"'{path}' cannot be written, and is as it was: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    // True where the next line may begin; a last line without an end must at least be whole.
    bool EndsLine(FileStream stream)
    {
        if (stream.Length == 0) return true;
        stream.Position = stream.Length - 1;
        if (stream.ReadByte() == '\n') return true;
        stream.Position = 0;
        int number = 0;
        ReadOnlyMemory<byte> last = default;
        foreach (var line in Lines(stream)) (number, last) = (number + 1, line);
        _ = Parsed(FullPath, number, last);
        return false;
    }

    static HistoryEntry Parsed(string path, int number, ReadOnlyMemory<byte> line)
    {
        try
        {
            return HistoryLine.Read(line);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            string why = e is FormatException ? e.Message : "it is cut off or no JSON";
            throw Refuse($"{path}({number})", $"this line of the history cannot be read: {why}; delete the line, or "
                + "restore the file from a copy: nothing is added to it as it is");
        }
    }

    // Line by line, since a history may grow for years.
    static IEnumerable<ReadOnlyMemory<byte>> Lines(Stream stream)
    {
        var buffer = new byte[1 << 16];
        int start = 0, end = 0;
        while (true)
        {
            int length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                yield return buffer.AsMemory(start, length);
                start += length + 1;
                continue;
            }
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length && end < LongestLine) Array.Resize(ref buffer, 2 * buffer.Length);
            // One beyond all measure is read as far as that, and found to be cut off.
            int read = stream.Read(buffer.AsSpan(end));
            if (read > 0)
            {
                end += read;
                continue;
            }
            if (end > 0) yield return buffer.AsMemory(0, end);
            yield break;
        }
    }

    // For one process at a time; the lock is the system's, and goes with whoever is killed.
    static FileStream Opened(string path, FileMode mode)
    {
        var until = DateTime.UtcNow + s_patience;
        while (true)
        {
            try
            {
                // To be written in any case: a pipe that is opened to be read waits for ever.
                // And without a buffer, which would try once more what did not fit.
                var stream = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                if (stream.CanSeek) return stream;
                stream.Dispose();
                throw Refuse(path, "this is no file but a pipe or a device");
            }
            catch (UnauthorizedAccessException e)
            {
                throw new IOException($"'{path}' cannot be written: permission denied", e);
            }
            catch (IOException e) when (IsTaken(e))
            {
                if (DateTime.UtcNow > until)
                    throw new IOException(
                        $"'{path}' has been in use by another process for {s_patience.TotalSeconds} seconds", e);
                Thread.Sleep(20);
            }
        }
    }

    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION; EWOULDBLOCK of Linux and of macOS.
    static bool IsTaken(IOException e) =>
        e.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11 or 35;

    static ModelException Refuse(string place, string why) => new(new Finding(Codes.BadUsage, place, why));
}
