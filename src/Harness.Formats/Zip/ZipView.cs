using System.IO.Compression;
using System.IO.Hashing;
using Harness.Formats.Storage;

namespace Harness.Formats.Zip;

/// <summary>A zip archive in an opened file: entries are checked against their CRC-32 when first read, so a flipped bit
/// is found, and stored entries are views.</summary>
sealed class ZipView
{
    // Deflate cannot pack tighter than this (a 258-byte match in two bits); larger claims are lies and cost no memory.
    const long LargestRatio = 1032;

    readonly OpenedFile _file;
    readonly Dictionary<string, ZipEntry> _entries;
    readonly Dictionary<string, ReadOnlyMemory<byte>> _read = new(StringComparer.Ordinal);

    ZipView(OpenedFile file, IReadOnlyList<ZipEntry> entries)
    {
        _file = file;
        Entries = entries;
        _entries = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The file underneath.</summary>
    public OpenedFile File => _file;

    /// <summary>All entries, in directory order.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>Reads and checks the directory.</summary>
    /// <exception cref="ModelFormatException">The directory is damaged, or two entries share a name or
    /// bytes.</exception>
    public static ZipView Open(OpenedFile file) => new(file, ZipDirectory.Read(file));

    /// <summary>The entry of this name, or null.</summary>
    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>An entry's plain bytes, verified.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="limit">The largest length accepted; checked before memory is taken.</param>
    /// <exception cref="ModelFormatException">It is too long, cannot be inflated, or its CRC-32 differs.</exception>
    public ReadOnlyMemory<byte> Read(ZipEntry entry, long limit = int.MaxValue)
    {
        if (_read.TryGetValue(entry.Name, out var known)) return known;
        if (entry.Length > Math.Min(limit, Array.MaxLength))
            throw _file.Bad(entry.Offset,
                $"entry '{entry.Name}' has {entry.Length} bytes, at most {limit} are accepted here");
        var bytes = entry.IsStored ? _file.Memory(entry.Offset, (int)entry.Length) : Inflate(entry);
        uint crc = Crc32.HashToUInt32(bytes.Span);
        if (crc != entry.Crc)
        {
            throw _file.Bad(entry.Offset,
                $"entry '{entry.Name}' is damaged: CRC-32 {crc:x8}, directory says {entry.Crc:x8}; copy or save the " +
                $"file again");
        }
        _read[entry.Name] = bytes;
        return bytes;
    }

    byte[] Inflate(ZipEntry entry)
    {
        if (entry.Length > entry.PackedLength * LargestRatio + 64)
            throw _file.Bad(entry.Offset,
                $"entry '{entry.Name}' claims {entry.Length} bytes from {entry.PackedLength}: impossible");
        var bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        try
        {
            using var source = _file.Stream(entry.Offset, entry.PackedLength);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress);
            inflate.ReadExactly(bytes);
            if (inflate.ReadByte() >= 0)
                throw _file.Bad(entry.Offset, $"entry '{entry.Name}' inflates to more than its {entry.Length} bytes");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFormatException(_file.Path, entry.Offset, Executor.Model.Codes.ModelUnreadable,
                $"entry '{entry.Name}' cannot be inflated; copy or save the file again", e);
        }
        return bytes;
    }
}
