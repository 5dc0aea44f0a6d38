using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Harness.Parity.Reports.Html;

/// <summary>A small picture of palette colours as a data URI: a map of 64 × 64 places takes two kilobytes so, and a
/// hundred as elements of a page. PNG, https://www.w3.org/TR/png-3/.</summary>
static class Picture
{
    // The shorter side is drawn at least an eighth as long as the other.
    const int Longest = 8;

    /// <summary>The picture.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="colours">The palette's entry of each place, row by row.</param>
    /// <param name="palette">Red, green and blue, at most 256.</param>
    public static string DataUri(
        int rows, int columns, ReadOnlySpan<byte> colours, ReadOnlySpan<(byte R, byte G, byte B)> palette)
    {
        int down = Math.Max(1, columns / (rows * Longest)), across = Math.Max(1, rows / (columns * Longest));
        using var lines = new MemoryStream();
        using (var deflated = new ZLibStream(lines, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var line = new byte[1 + (columns * across)];
            for (int row = 0; row < rows; row++)
            {
                for (int i = 1; i < line.Length; i++) line[i] = colours[(row * columns) + ((i - 1) / across)];
                for (int times = 0; times < down; times++) deflated.Write(line);
            }
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns * across);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows * down);
        // 8 bits a place, which are a palette's.
        (header[8], header[9]) = (8, 3);
        var entries = new byte[palette.Length * 3];
        for (int i = 0; i < palette.Length; i++)
            (entries[i * 3], entries[(i * 3) + 1], entries[(i * 3) + 2]) = palette[i];
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Write(file, "IHDR"u8, header);
        Write(file, "PLTE"u8, entries);
        Write(file, "IDAT"u8, lines.ToArray());
        Write(file, "IEND"u8, []);
        return $"data:image/png;base64,{Convert.ToBase64String(file.ToArray())}";
    }

    static void Write(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(data);
        var sum = new Crc32();
        sum.Append(kind);
        sum.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, sum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
