using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Parity.Golden;

/// <summary>A JSON value that knows its file and line, so that every complaint about it does too.</summary>
sealed class LocatedJson
{
    readonly string _file;
    readonly string _path;
    readonly object? _value;

    LocatedJson(string file, int line, string path, object? value)
    {
        _file = file;
        Line = line;
        _path = path;
        _value = value;
    }

    /// <summary>The line the value starts on, from 1; for an object's member that of its name.</summary>
    public int Line { get; }

    /// <summary>The value in these bytes.</summary>
    /// <exception cref="ModelException">PAR3003: no JSON, or a name twice in one object.</exception>
    public static LocatedJson Parse(string file, ReadOnlySpan<byte> utf8)
    {
        if (PathFault.OfContent(utf8) is { } why) throw Corrupt(file, 1, why);
        // An editor may have put a byte order mark.
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            var lines = new LineCounter();
            reader.Read();
            var root = ReadValue(file, "", utf8, ref reader, ref lines);
            if (reader.Read()) throw new JsonException("text after the end");
            return root;
        }
        catch (JsonException e)
        {
            throw Corrupt(file, (int)(e.LineNumber ?? 0) + 1, $"golden.json is no JSON: {FirstSentence(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            // What the reader says of text that is none.
            int line = utf8[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1;
            throw Corrupt(file, line, "golden.json is no JSON: this text is no UTF-8, or half of a letter");
        }
    }

    /// <summary>The member of this name.</summary>
    public LocatedJson this[string name] =>
        Find(name) ?? throw Refuse($"'{Join(_path, name)}' is missing; record the golden again");

    /// <summary>The member of this name, or null.</summary>
    public LocatedJson? Find(string name) => Members().GetValueOrDefault(name);

    /// <summary>True for an object.</summary>
    public bool IsObject => _value is Dictionary<string, LocatedJson>;

    /// <summary>The items of a list.</summary>
    public ImmutableArray<LocatedJson> Items =>
        _value is ImmutableArray<LocatedJson> items ? items : throw Refuse($"'{_path}' should be a list");

    /// <summary>A string.</summary>
    public string Text => _value as string ?? throw Refuse($"'{_path}' should be a string");

    /// <summary>A Boolean.</summary>
    public bool Flag => _value is bool flag ? flag : throw Refuse($"'{_path}' should be true or false");

    /// <summary>A number; NaN and infinity stand as text.</summary>
    public double Number => _value switch
    {
        Literal literal when double.TryParse(
            literal.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) => x,
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => throw Refuse($"'{_path}' should be a number"),
    };

    /// <summary>An integer.</summary>
    public long Integer =>
        _value is Literal literal
            && long.TryParse(literal.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n)
            ? n
            : throw Refuse($"'{_path}' should be an integer");

    /// <summary>A list of integers that are not negative.</summary>
    public ImmutableArray<long> Naturals
    {
        get
        {
            var numbers = ImmutableArray.CreateBuilder<long>();
            foreach (var item in Items)
                numbers.Add(item.Integer is var n and >= 0 ? n : throw item.Refuse($"'{item._path}' is negative"));
            return numbers.ToImmutable();
        }
    }

    /// <summary>PAR3003 at this value.</summary>
    public ModelException Refuse(string why) => Corrupt(_file, Line, why);

    /// <summary>Another code at this value.</summary>
    public ModelException Refuse(string code, string why) => new(new Finding(code, $"{_file}({Line})", why));

    /// <summary>PAR3003 at a line of a file.</summary>
    public static ModelException Corrupt(string file, int line, string why) =>
        new(new Finding(Codes.GoldenCorrupt, $"{file}({line})", why));

    Dictionary<string, LocatedJson> Members() =>
        _value as Dictionary<string, LocatedJson> ?? throw Refuse($"'{_path}' should be an object");

    static LocatedJson ReadValue(
        string file, string path, ReadOnlySpan<byte> utf8, ref Utf8JsonReader reader, ref LineCounter lines)
    {
        int line = lines.At(utf8, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, LocatedJson>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string name = reader.GetString()!;
                    int nameLine = lines.At(utf8, reader.TokenStartIndex);
                    reader.Read();
                    if (!members.TryAdd(name, ReadValue(file, Join(path, name), utf8, ref reader, ref lines)))
                        throw Corrupt(file, nameLine, $"'{Join(path, name)}' stands twice");
                }
                return new LocatedJson(file, line, path, members);
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<LocatedJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(file, $"{path}[{items.Count}]", utf8, ref reader, ref lines));
                return new LocatedJson(file, line, path, items.ToImmutable());
            case JsonTokenType.String: return new LocatedJson(file, line, path, reader.GetString());
            case JsonTokenType.Number:
                return new LocatedJson(file, line, path, new Literal(Encoding.UTF8.GetString(reader.ValueSpan)));
            case JsonTokenType.True: return new LocatedJson(file, line, path, true);
            case JsonTokenType.False: return new LocatedJson(file, line, path, false);
            default: return new LocatedJson(file, line, path, null);
        }
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    sealed record Literal(string Text);

    struct LineCounter
    {
        int _line;
        int _offset;

        public int At(ReadOnlySpan<byte> utf8, long offset)
        {
            _line += utf8[_offset..(int)offset].Count((byte)'\n');
            _offset = (int)offset;
            return _line + 1;
        }
    }
}
