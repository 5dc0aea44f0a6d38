using Harness.Executor.Model;
using Harness.Formats.Flax;
using Harness.Formats.Storage;
using Microsoft.Win32.SafeHandles;

namespace Harness.Formats;

/// <summary>An open Flax msgpack file, whose arrays are read one at a time when somebody asks for them.</summary>
public sealed class FlaxMsgpackFile : IDisposable
{
    readonly SafeFileHandle _handle;

    FlaxMsgpackFile(SafeFileHandle handle, IReadOnlyList<FlaxEntry> entries)
    {
        _handle = handle;
        Entries = entries;
    }

    /// <summary>All arrays in the file's order.</summary>
    public IReadOnlyList<FlaxEntry> Entries { get; }

    /// <summary>Opens a file and finds its arrays.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is damaged, or holds something that is no tree of arrays.</exception>
    public static FlaxMsgpackFile Open(string path)
    {
        using var file = OpenedFile.Open(path);
        var entries = new FlaxMsgpackReader(file).Run();
        // A handle of its own: what an open file has read stays in memory, and an array is wanted once.
        return new FlaxMsgpackFile(
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), entries);
    }

    /// <summary>The elements of an array of this file, for one use.</summary>
    public BorrowedTensor Borrow(FlaxEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return BorrowedTensor.Make(entry.Type, entry.Shape, bytes =>
        {
            foreach (var piece in entry.Pieces)
            {
                Read(piece, bytes[..piece.Length]);
                bytes = bytes[piece.Length..];
            }
        });
    }

    void Read(FilePiece piece, Span<byte> bytes)
    {
        long at = piece.Offset;
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(_handle, bytes, at);
            if (read == 0) throw new EndOfStreamException("the file has become shorter since it was opened");
            bytes = bytes[read..];
            at += read;
        }
    }

    /// <summary>Closes the file; its arrays cannot be read afterwards.</summary>
    public void Dispose() => _handle.Dispose();
}
