using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats.Storage;

namespace Harness.Formats.Flax;

/// <summary>Reads the msgpack that Flax writes: maps of maps of arrays. Everything else is refused by name.</summary>
/// <param name="file">The file.</param>
sealed class FlaxMsgpackReader(OpenedFile file)
{
    const int MaxDepth = 100;

    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    readonly List<FlaxEntry> _leaves = [];
    readonly List<string> _path = [];
    long _at;

    /// <summary>All leaves in the file's order.</summary>
    public IReadOnlyList<FlaxEntry> Run()
    {
        Value();
        return _at == file.Length ? _leaves : throw Bad($"{file.Length - _at} bytes follow the tree");
    }

    void Value()
    {
        if (_path.Count > MaxDepth) throw Bad($"the tree is more than {MaxDepth} levels deep");
        if (TryMap() is { } count) Map(count);
        else if (_path.Count == 0) throw Bad("the file does not begin with a map; is it a Flax msgpack file?");
        else _leaves.Add(Array());
    }

    void Map(int count)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (int n = 0; n < count; n++)
        {
            string key = Text();
            if (!keys.Add(key)) throw Bad($"the key '{key}' occurs twice in one map");
            if (n == 0 && key == FlaxMsgpack.ChunkMark)
            {
                _leaves.Add(Chunked(count));
                return;
            }
            _path.Add(key);
            Value();
            _path.RemoveAt(_path.Count - 1);
        }
    }

    FlaxEntry Chunked(int count)
    {
        if (count != 3 || Byte() != 0xc3 || Text() != "shape" || TryMap() is not { } rank || rank > 64)
            throw Bad("a chunked array is malformed");
        var shape = new int[rank];
        for (int axis = 0; axis < rank; axis++) shape[axis] = Indexed(axis, Extent);
        if (Text() != "chunks" || TryMap() is not { } chunks || chunks == 0) throw Bad("a chunked array has no chunks");
        var parts = new List<FlaxEntry>();
        for (int n = 0; n < chunks; n++) parts.Add(Indexed(n, Array));
        long length = parts.Sum(part => part.Pieces[0].Length);
        if (length > System.Array.MaxLength || parts.Any(p => p.Type != parts[0].Type))
            throw Bad("a chunked array's chunks disagree");
        CheckLength(parts[0].Type, shape, length);
        return new FlaxEntry([.. _path], parts[0].Type, Shape.Create(shape),
            [.. parts.SelectMany(part => part.Pieces)]);
    }

    T Indexed<T>(int index, Func<T> read) =>
        Text() == index.ToString(CultureInfo.InvariantCulture) ? read()
            : throw Bad("a chunked array's keys are out of order");

    FlaxEntry Array()
    {
        long start = _at;
        int prefix = Byte();
        long length = prefix switch
        {
            >= 0xd4 and <= 0xd8 => 1L << (prefix - 0xd4),
            0xc7 => Unsigned(1),
            0xc8 => Unsigned(2),
            0xc9 => Unsigned(4),
            _ => throw Bad($"'{string.Join('/', _path)}' is no array (msgpack type 0x{prefix:x2})"),
        };
        int kind = Byte();
        if (kind is not (1 or 3)) throw Bad($"'{string.Join('/', _path)}' is a msgpack extension {kind}; arrays are 1");
        if (length > file.Length - _at) throw Bad($"an array claims {length} bytes, {file.Length - _at} remain");
        long end = _at + length;
        if (Byte() != 0x93) throw Bad("an array is no list of shape, type and bytes");
        int rankPrefix = Byte();
        long rank = rankPrefix is >= 0x90 and <= 0x9f ? rankPrefix & 15 : rankPrefix == 0xdc ? Unsigned(2) : 65;
        if (rank > 64) throw Bad("an array has no shape, or a rank beyond 64");
        var shape = new int[rank];
        for (int axis = 0; axis < shape.Length; axis++) shape[axis] = Extent();
        string typeName = Text();
        var types = Enum.GetValues<ElementType>().Where(t => t.NumPyName() == typeName).ToArray();
        if (types.Length == 0)
            throw Bad($"'{string.Join('/', _path)}' has elements of type '{typeName}', which are not read");
        long data = Byte() switch { 0xc4 => Unsigned(1), 0xc5 => Unsigned(2), 0xc6 => Unsigned(4),
            _ => throw Bad("an array has no bytes") };
        CheckLength(types[0], shape, data);
        long content = _at;
        Skip(data);
        if (_at != end) throw file.Bad(start, $"an array claims {length} bytes and has {length + _at - end}");
        return new FlaxEntry([.. _path], types[0], Shape.Create(shape), [new FilePiece(content, (int)data)]);
    }

    void CheckLength(ElementType type, int[] shape, long length)
    {
        Int128 needed = type.Size();
        foreach (int extent in shape)
        {
            needed *= extent;
            if (needed > long.MaxValue) break;
        }
        if (needed != length)
            throw Bad($"an array of shape ({string.Join(", ", shape)}) needs {needed} bytes, found {length}");
    }

    int? TryMap()
    {
        if (_at >= file.Length) throw Bad("the file ends in the middle; is the copy complete?");
        int prefix = file.Span(_at, 1)[0];
        if (prefix is not ((>= 0x80 and <= 0x8f) or 0xde or 0xdf)) return null;
        _at++;
        long count = prefix switch { 0xde => Unsigned(2), 0xdf => Unsigned(4), _ => prefix & 15 };
        // A key and a value take a byte each at least.
        return count <= (file.Length - _at) / 2 ? (int)count
            : throw Bad($"a map claims {count} entries, {file.Length - _at} bytes remain");
    }

    string Text()
    {
        int prefix = Byte();
        long length = prefix switch
        {
            >= 0xa0 and <= 0xbf => prefix & 31,
            0xd9 => Unsigned(1),
            0xda => Unsigned(2),
            0xdb => Unsigned(4),
            _ => throw Bad($"expected text, found msgpack type 0x{prefix:x2}"),
        };
        try
        {
            return Strict.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad("text is not UTF-8");
        }
    }

    int Extent()
    {
        int prefix = Byte();
        long number = prefix switch { <= 127 => prefix, 0xcc => Unsigned(1), 0xcd => Unsigned(2), 0xce => Unsigned(4),
            _ => -1 };
        return number is >= 0 and <= int.MaxValue ? (int)number : throw Bad("an extent is no number below 2^31");
    }

    int Byte() => Take(1)[0];

    long Unsigned(int width)
    {
        var raw = Take(width);
        return width switch
        {
            1 => raw[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(raw),
            _ => BinaryPrimitives.ReadUInt32BigEndian(raw),
        };
    }

    ReadOnlySpan<byte> Take(long count)
    {
        Skip(count);
        return file.Span(_at - count, (int)count);
    }

    void Skip(long count)
    {
        if (count > file.Length - _at) throw Bad("the file ends in the middle; is the copy complete?");
        if (count > System.Array.MaxLength) throw Bad($"{count} bytes in one piece; 2 GiB are read");
        _at += count;
    }

    ModelFormatException Bad(string message) => file.Bad(_at, message);
}
