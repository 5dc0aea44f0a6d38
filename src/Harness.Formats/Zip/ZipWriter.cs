using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Harness.Formats.Zip;

/// <summary>Writes a zip archive of stored entries whose bytes depend on nothing but their content: no clock, no
/// system.</summary>
/// <remarks>Entries stay below 4 GiB, as tensors do; offsets and counts beyond the old limits are written as
/// zip64.</remarks>
sealed class ZipWriter(Stream stream)
{
    const ushort Version = 20;
    const ushort Version64 = 45;
    const ushort Utf8Names = 1 << 11;
    const ushort FirstDate = (1 << 5) | 1; // 1 January 1980, as torch and numpy have it

    readonly List<(byte[] Name, uint Crc, uint Length, long Offset)> _entries = [];
    long _at;

    /// <summary>Adds an entry whose content is these parts, one after another.</summary>
    public void Add(string name, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        var crc = new Crc32();
        long length = 0;
        foreach (var part in parts)
        {
            crc.Append(part.Span);
            length += part.Length;
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, uint.MaxValue, nameof(parts));
        byte[] rawName = Encoding.UTF8.GetBytes(name);
        _entries.Add((rawName, crc.GetCurrentHashAsUInt32(), (uint)length, _at));
        Number(0x04034b50u);
        Common(Version, _entries[^1]);
        Short(0);
        Bytes(rawName);
        foreach (var part in parts) Bytes(part.Span);
    }

    /// <summary>Writes the directory; the archive is complete.</summary>
    public void Finish()
    {
        long start = _at;
        foreach (var entry in _entries)
        {
            bool isFar = entry.Offset >= uint.MaxValue;
            Number(0x02014b50u);
            Short(isFar ? Version64 : Version);
            Common(isFar ? Version64 : Version, entry);
            Short((ushort)(isFar ? 12 : 0));
            Short(0); // comment
            Short(0); // disk
            Short(0); // internal attributes
            Number(0u); // external attributes
            Number(isFar ? uint.MaxValue : (uint)entry.Offset);
            Bytes(entry.Name);
            if (!isFar) continue;
            Short(1);
            Short(8);
            Number(entry.Offset);
        }
        long end = _at;
        long count = _entries.Count;
        if (count >= ushort.MaxValue || end >= uint.MaxValue)
        {
            Number(0x06064b50u);
            Number(44L);
            Short(Version64);
            Short(Version64);
            Number(0u);
            Number(0u);
            Number(count);
            Number(count);
            Number(end - start);
            Number(start);
            Number(0x07064b50u);
            Number(0u);
            Number(end);
            Number(1u);
        }
        Number(0x06054b50u);
        Number(0u);
        Short((ushort)Math.Min(count, ushort.MaxValue));
        Short((ushort)Math.Min(count, ushort.MaxValue));
        Number((uint)Math.Min(end - start, uint.MaxValue));
        Number((uint)Math.Min(start, uint.MaxValue));
        Short(0);
    }

    // What local header and directory entry share, from "version needed" to the name's length.
    void Common(ushort version, (byte[] Name, uint Crc, uint Length, long Offset) entry)
    {
        Short(version);
        Short(Utf8Names);
        Short(0); // stored
        Short(0); // midnight
        Short(FirstDate);
        Number(entry.Crc);
        Number(entry.Length);
        Number(entry.Length);
        Short(checked((ushort)entry.Name.Length));
    }

    void Short(ushort number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, number);
        Bytes(bytes);
    }

    void Number(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Bytes(bytes);
    }

    void Number(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Bytes(bytes);
    }

    void Bytes(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _at += bytes.Length;
    }
}
