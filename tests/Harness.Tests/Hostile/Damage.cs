using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Harness.Tests.Hostile;

/// <summary>Ways to damage bytes and texts, drawn by a seeded generator: the same draw damages alike.</summary>
static partial class Damage
{
    // What lengths, counts, offsets and types lie about.
    static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 7, 8, 63, 64, 65, 127, 128, 255, 256, 32767, 65535, 65536, 1 << 20, 1 << 24, 1 << 30, int.MaxValue,
        1L << 31, uint.MaxValue, 1L << 32, 1L << 40, 1L << 62, long.MaxValue, -1, -2, int.MinValue, long.MinValue,
    ];

    static readonly string[] s_words =
    [
        "", "0", "-0", "-1", "1", "2", "3", "64", "65", "255", "65536", "2147483647", "2147483648", "-2147483648",
        "4294967295", "4294967296", "1000000007", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1e308", "1e999", "-1e999", "0.5", "1e-320", "nan", "inf", "true", "false", "null", "None", "True", "False",
        "\"\"", "\"a\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "()", "[[]]", "[0]", "[-1]", "..", "../x", "/",
        "self", "x", "while", "for", "if", "return", "def", "class", ":", "\n", "    ", "#", "'", "\\", "\uffff", "é",
    ];

    static readonly string[] s_deep = ["(", "[", "{", "-", "[[", "{\"a\":", "(x, ", "not ", "x.", "if True:\n    "];

    /// <summary>The opcodes of pickles of any protocol that need few bytes, and numbers that lie.</summary>
    public static readonly byte[][] Pickle =
    [
        .. "0123()[]{}.NQRabdehijlopqrstu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94"u8.ToArray()
            .Select(one => new[] { one }),
        [.. "h\0"u8], [.. "q\0"u8], [.. "h\x01"u8], [.. "q\x01"u8], [.. "K\xff"u8], [(byte)'M', 255, 255],
        [(byte)'J', 255, 255, 255, 127], [(byte)'J', 0, 0, 0, 128], [(byte)'j', 255, 255, 255, 255],
        [(byte)'r', 255, 255, 255, 127], [(byte)'X', 255, 255, 255, 127], [(byte)'X', 1, 0, 0, 0, (byte)'a'],
        [0x8a, 8, 255, 255, 255, 255, 255, 255, 255, 127], [0x8a, 255], [0x8b, 255, 255, 255, 127],
        [0x8d, 255, 255, 255, 255, 255, 255, 255, 127], [0x95, 255, 255, 255, 255, 255, 255, 255, 127],
        [(byte)'G', 127, 240, 0, 0, 0, 0, 0, 0], [.. "cos\nsystem\n"u8], [.. "ctorch\nFloatStorage\n"u8],
        [.. "ctorch._utils\n_rebuild_tensor_v2\n"u8], [.. "ctorch._utils\n_rebuild_parameter\n"u8],
        [.. "ccollections\nOrderedDict\n)R"u8], [.. "(((((((((("u8], [.. "]]]]]]]]]]"u8], [.. "tttttt"u8],
    ];

    /// <summary>The first bytes of the kinds of msgpack's values.</summary>
    public static readonly byte[][] Msgpack =
    [
        .. Enumerable.Range(0xc0, 0x20).Select(one => new[] { (byte)one }), [0x80], [0x8f], [0x90], [0x9f], [0xa0],
        [0xbf], [0xc7, 255, 1], [0xc9, 255, 255, 255, 255, 1], [0xdd, 255, 255, 255, 255],
        [0xdf, 127, 255, 255, 255], [0xdb, 255, 255, 255, 255], [0xc6, 255, 255, 255, 255],
        [.. Enumerable.Repeat((byte)0x91, 4000)], [.. Enumerable.Repeat((byte)0x81, 4000)],
    ];

    /// <summary>Damages bytes of whatever meaning, once or a few times.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="honest">What is damaged, which stays as it is.</param>
    /// <param name="words">What stands in files of this kind.</param>
    public static byte[] Bytes(Random random, byte[] honest, byte[][]? words = null)
    {
        byte[] bytes = honest;
        for (int times = random.Next(4) == 0 ? random.Next(2, 6) : 1; times > 0; times--)
            bytes = Once(random, bytes, words ?? []);
        return bytes;
    }

    static byte[] Once(Random random, byte[] honest, byte[][] words)
    {
        if (honest.Length == 0) return words.Length == 0 ? [0] : words[random.Next(words.Length)];
        byte[] bytes = [.. honest];
        var (at, other) = (random.Next(bytes.Length), random.Next(bytes.Length));
        int length = random.Next(1, Math.Min(64, bytes.Length) + 1);
        (at, other) = (Math.Min(at, bytes.Length - length), Math.Min(other, bytes.Length - length));
        switch (random.Next(words.Length > 0 ? 11 : 9))
        {
            case 0: return bytes[..at];
            case 1: bytes[at] ^= (byte)(1 << random.Next(8)); return bytes;
            case 2: bytes[at] = (byte)random.Next(256); return bytes;
            case 3: Number(random, bytes.AsSpan(at)); return bytes;
            case 4: Array.Copy(honest, other, bytes, at, length); return bytes;
            case 5: return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6: return [.. bytes[..at], .. bytes.AsSpan(other, length), .. bytes[at..]];
            // A whole part twice, or two parts in each other's place.
            case 7: return [.. bytes[..Math.Max(at, other)], .. bytes[Math.Min(at, other)..]];
            case 8:
                Array.Copy(honest, other, bytes, at, length);
                Array.Copy(honest, at, bytes, other, length);
                return bytes;
            case 9: return [.. bytes[..at], .. words[random.Next(words.Length)], .. bytes[at..]];
            default:
                byte[] word = words[random.Next(words.Length)];
                return [.. bytes[..at], .. word, .. bytes[Math.Min(bytes.Length, at + word.Length)..]];
        }
    }

    // Of any width and either order of bytes, as far as there is room.
    static void Number(Random random, Span<byte> bytes)
    {
        long number = s_numbers[random.Next(s_numbers.Length)] + random.Next(-1, 2);
        switch (random.Next(5))
        {
            case 0 when bytes.Length >= 8: BinaryPrimitives.WriteInt64LittleEndian(bytes, number); break;
            case 1 when bytes.Length >= 8: BinaryPrimitives.WriteInt64BigEndian(bytes, number); break;
            case 2 when bytes.Length >= 4: BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)number); break;
            case 3 when bytes.Length >= 4: BinaryPrimitives.WriteInt32BigEndian(bytes, (int)number); break;
            default: bytes[0] = (byte)number; break;
        }
    }

    /// <summary>Damages a text by its words: JSON, a module's source, a header.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="honest">UTF-8.</param>
    public static byte[] Text(Random random, byte[] honest)
    {
        if (random.Next(5) == 0) return Bytes(random, honest);
        var words = Words().Matches(Encoding.UTF8.GetString(honest)).Select(word => word.Value).ToList();
        for (int times = random.Next(3) == 0 ? random.Next(2, 6) : 1; times > 0 && words.Count > 0; times--)
        {
            var (at, other) = (random.Next(words.Count), random.Next(words.Count));
            int length = Math.Min(random.Next(1, 20), words.Count - Math.Max(at, other));
            switch (random.Next(8))
            {
                case 0: words[at] = s_words[random.Next(s_words.Length)]; break;
                case 1: words[at] = words[other]; break;
                case 2: words.RemoveRange(at, length); break;
                case 3: words.InsertRange(at, words.GetRange(other, length)); break;
                case 4: (words[at], words[other]) = (words[other], words[at]); break;
                case 5: words.Insert(at, s_words[random.Next(s_words.Length)]); break;
                // A number in the place of another, where numbers stand.
                case 6:
                    int number = words.FindIndex(at, word => char.IsAsciiDigit(word[0]));
                    if (number >= 0) words[number] = s_words[random.Next(1, 27)];
                    break;
                default:
                    string deep = s_deep[random.Next(s_deep.Length)];
                    words.Insert(at, string.Concat(Enumerable.Repeat(deep, 1 << random.Next(1, 15))));
                    break;
            }
            words.RemoveAll(word => word.Length == 0);
        }
        return Encoding.UTF8.GetBytes(string.Concat(words));
    }

    [GeneratedRegex("""\w+|"(?:[^"\\]|\\.)*"|\s+|.""", RegexOptions.Singleline)]
    private static partial Regex Words();
}
