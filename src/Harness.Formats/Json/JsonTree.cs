using System.Text.Json;

namespace Harness.Formats.Json;

/// <summary>A JSON value that knows its line, for errors a user can find.</summary>
/// <param name="Kind">What it is; <see cref="JsonTokenType.StartObject"/> and <see cref="JsonTokenType.StartArray"/>
/// for containers.</param>
/// <param name="Text">A string's text, or a number as written.</param>
/// <param name="Items">An array's items, or an object's values.</param>
/// <param name="Keys">An object's keys, one per item.</param>
/// <param name="Line">From 1.</param>
sealed record JsonTree(
    JsonTokenType Kind, string Text, IReadOnlyList<JsonTree> Items, IReadOnlyList<string> Keys, int Line)
{
    /// <summary>True for objects.</summary>
    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>True for arrays.</summary>
    public bool IsArray => Kind == JsonTokenType.StartArray;

    /// <summary>True for strings.</summary>
    public bool IsText => Kind == JsonTokenType.String;

    /// <summary>An object's value of this key; null when it has none.</summary>
    public JsonTree? this[string key]
    {
        get
        {
            for (int n = 0; n < Keys.Count; n++)
                if (Keys[n] == key) return Items[n];
            return null;
        }
    }

    /// <summary>Parses a document; nesting is bounded, keys are unique.</summary>
    /// <param name="bytes">UTF-8, with or without byte order mark.</param>
    /// <param name="bad">Makes the error for a line.</param>
    public static JsonTree Parse(ReadOnlySpan<byte> bytes, Func<int, string, Exception> bad)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 32 });
        try
        {
            var lines = new LineCounter(bytes);
            reader.Read();
            var root = Value(ref reader, ref lines, bad);
            while (reader.Read()) throw bad(lines.At(reader.TokenStartIndex), "text follows the document");
            return root;
        }
        catch (JsonException e)
        {
            throw bad((int)(e.LineNumber ?? 0) + 1, $"this is no valid JSON: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (InvalidOperationException)
        {
            // GetString refuses text that holds half of a surrogate pair.
            throw bad(1, "this JSON holds text that is not valid Unicode");
        }
    }

    static JsonTree Value(ref Utf8JsonReader reader, ref LineCounter lines, Func<int, string, Exception> bad)
    {
        int line = lines.At(reader.TokenStartIndex);
        var kind = reader.TokenType;
        if (kind == JsonTokenType.StartObject)
        {
            var keys = new List<string>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var values = new List<JsonTree>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string key = reader.GetString()!;
                if (!seen.Add(key)) throw bad(lines.At(reader.TokenStartIndex), $"the key '{key}' stands here twice");
                keys.Add(key);
                reader.Read();
                values.Add(Value(ref reader, ref lines, bad));
            }
            return new JsonTree(kind, "", values, keys, line);
        }
        if (kind == JsonTokenType.StartArray)
        {
            var items = new List<JsonTree>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                items.Add(Value(ref reader, ref lines, bad));
            return new JsonTree(kind, "", items, [], line);
        }
        string text = kind switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
            _ => "",
        };
        return new JsonTree(kind, text, [], [], line);
    }

    // Tokens come in order, so every byte is looked at once.
    ref struct LineCounter(ReadOnlySpan<byte> bytes)
    {
        readonly ReadOnlySpan<byte> _bytes = bytes;
        int _at;
        int _line = 1;

        public int At(long index)
        {
            _line += _bytes[_at..(int)index].Count((byte)'\n');
            _at = (int)index;
            return _line;
        }
    }
}
