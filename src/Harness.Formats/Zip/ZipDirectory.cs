using System.Buffers.Binary;
using System.Text;
using Harness.Formats.Storage;

namespace Harness.Formats.Zip;

/// <summary>Reads the central directory of a zip file (APPNOTE.TXT 4.3), zip64 included, trusting nothing in
/// it.</summary>
static class ZipDirectory
{
    const uint EndSignature = 0x06054b50;
    const uint End64Signature = 0x06064b50;
    const uint Locator64Signature = 0x07064b50;
    const uint CentralSignature = 0x02014b50;
    const uint LocalSignature = 0x04034b50;
    const int EndLength = 22;
    const int End64Length = 56;
    const int Locator64Length = 20;
    const int CentralLength = 46;
    const int LocalLength = 30;
    const int MaxEntries = 1_000_000;

    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>All entries in directory order: names unique, bytes inside the file, none overlapping.</summary>
    public static IReadOnlyList<ZipEntry> Read(OpenedFile file)
    {
        var (start, length, count) = FindDirectory(file);
        if (count > MaxEntries || count * CentralLength > length)
            throw file.Bad(start, $"zip directory of {length} bytes claims {count} entries");
        if (length > int.MaxValue)
            throw file.Bad(start, $"zip directory of {length} bytes is larger than any real one");
        var directory = file.Span(start, (int)length);
        var entries = new List<ZipEntry>((int)count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var extents = new List<(long Start, long End)>((int)count);
        int at = 0;
        for (long n = 0; n < count; n++)
        {
            if (directory.Length - at < CentralLength)
                throw file.Bad(start + at, $"zip directory ends after {n} of {count} entries");
            var (entry, header, used) = Entry(file, directory[at..], start + at, start);
            at += used;
            if (!names.Add(entry.Name)) throw file.Bad(header, $"zip directory lists '{entry.Name}' twice");
            extents.Add((header, entry.Offset + entry.PackedLength));
            entries.Add(entry);
        }
        if (at != directory.Length) throw file.Bad(start + at, "zip directory is longer than its entries");
        extents.Sort();
        for (int n = 1; n < extents.Count; n++)
            if (extents[n].Start < extents[n - 1].End)
                throw file.Bad(extents[n].Start, "two zip entries share bytes of the file");
        return entries;
    }

    static (long Start, long Length, long Count) FindDirectory(OpenedFile file)
    {
        if (file.Length < EndLength)
            throw file.Bad(0, $"{file.Length} bytes are too few for a zip archive; is the copy complete?");
        int tailLength = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        long tailStart = file.Length - tailLength;
        var tail = file.Span(tailStart, tailLength);
        for (int at = tailLength - EndLength; at >= 0; at--)
        {
            if (U32(tail, at) != EndSignature || U16(tail, at + 20) != tailLength - at - EndLength) continue;
            long end = tailStart + at;
            var (start, length, count) = (U32(tail, at + 16), U32(tail, at + 12), (long)U16(tail, at + 10));
            var found = at >= Locator64Length && U32(tail, at - Locator64Length) == Locator64Signature
                ? Directory64(file, end - Locator64Length)
                : (Start: (long)start, Length: (long)length, Count: count, Limit: end);
            if (found.Start < 0 || found.Length < 0 || found.Count < 0 || found.Start > found.Limit
                || found.Length > found.Limit - found.Start)
            {
                throw file.Bad(end, "zip directory points outside the file; is the copy complete?");
            }
            return (found.Start, found.Length, found.Count);
        }
        throw file.Bad(file.Length, "no zip directory at the end of the file; is the copy complete?");
    }

    static (long Start, long Length, long Count, long Limit) Directory64(OpenedFile file, long locatorAt)
    {
        long end64 = (long)U64(file.Span(locatorAt, Locator64Length), 8);
        if (end64 < 0 || end64 > locatorAt - End64Length)
            throw file.Bad(locatorAt, "zip64 end record points outside the file");
        var record = file.Span(end64, End64Length);
        if (U32(record, 0) != End64Signature) throw file.Bad(end64, "zip64 end record is missing");
        return ((long)U64(record, 48), (long)U64(record, 40), (long)U64(record, 32), end64);
    }

    static (ZipEntry Entry, long Header, int Used) Entry(OpenedFile file, ReadOnlySpan<byte> bytes, long at, long limit)
    {
        if (U32(bytes, 0) != CentralSignature) throw file.Bad(at, "zip directory entry has a wrong signature");
        int flags = U16(bytes, 8);
        int method = U16(bytes, 10);
        uint crc = U32(bytes, 16);
        long packed = U32(bytes, 20);
        long plain = U32(bytes, 24);
        int nameLength = U16(bytes, 28);
        int extraLength = U16(bytes, 30);
        int commentLength = U16(bytes, 32);
        long header = U32(bytes, 42);
        int used = CentralLength + nameLength + extraLength + commentLength;
        if (used > bytes.Length) throw file.Bad(at, "zip directory entry is cut short");
        var rawName = bytes.Slice(CentralLength, nameLength);
        string name = Name(file, rawName, at);
        Extend(file, bytes.Slice(CentralLength + nameLength, extraLength), at, ref plain, ref packed, ref header);
        if ((flags & 1) != 0) throw file.Bad(at, $"zip entry '{name}' is encrypted");
        if (method is not (0 or 8))
            throw file.Bad(at, $"zip entry '{name}' uses compression method {method}; stored and deflated are read");
        if (packed < 0 || plain < 0 || (method == 0 && packed != plain))
            throw file.Bad(at, $"zip entry '{name}' has lengths {packed} and {plain}");
        if (header < 0 || header > limit - LocalLength)
            throw file.Bad(at, $"zip entry '{name}' starts outside the file");
        var local = file.Span(header, LocalLength);
        long data = header + LocalLength + U16(local, 26) + U16(local, 28);
        if (U32(local, 0) != LocalSignature || U16(local, 8) != method || U16(local, 26) != nameLength || data > limit
            || !file.Span(header + LocalLength, nameLength).SequenceEqual(rawName))
        {
            throw file.Bad(header, $"zip entry '{name}' and its local header disagree");
        }
        if (packed > limit - data)
            throw file.Bad(header, $"zip entry '{name}' ends outside the file; is the copy complete?");
        return (new ZipEntry(name, method, crc, packed, plain, data), header, used);
    }

    // Extra field 0x0001 carries, in this order, those of the three numbers that are all ones in the entry itself.
    static void Extend(
        OpenedFile file, ReadOnlySpan<byte> extra, long at, ref long plain, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0);
            int length = U16(extra, 2);
            if (length > extra.Length - 4) throw file.Bad(at, "zip extra field is cut short");
            var body = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id != 1) continue;
            Take(ref body, ref plain);
            Take(ref body, ref packed);
            Take(ref body, ref header);
        }

        void Take(ref ReadOnlySpan<byte> body, ref long number)
        {
            if (number != uint.MaxValue) return;
            if (body.Length < 8) throw file.Bad(at, "zip64 extra field is cut short");
            number = (long)U64(body, 0);
            body = body[8..];
        }
    }

    static string Name(OpenedFile file, ReadOnlySpan<byte> raw, long at)
    {
        try
        {
            string name = Strict.GetString(raw);
            return name.Length > 0 && !name.Any(char.IsControl) ? name
                : throw file.Bad(at, "zip entry has an unprintable name");
        }
        catch (DecoderFallbackException)
        {
            throw file.Bad(at, "zip entry has a name that is not UTF-8");
        }
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
