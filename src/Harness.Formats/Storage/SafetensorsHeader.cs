using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Storage;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What one element is.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Start">First byte, behind the header.</param>
/// <param name="Length">Bytes.</param>
sealed record SafetensorsEntry(string Name, ElementType Type, Shape Shape, long Start, long Length);

/// <summary>The JSON header of a safetensors file.</summary>
/// <param name="Entries">Tensors in the header's order.</param>
/// <param name="Metadata">Free-form text.</param>
sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    const string MetadataKey = "__metadata__";

    static readonly (string Name, ElementType Type)[] Types =
    [
        ("F32", ElementType.Float32), ("F64", ElementType.Float64), ("F16", ElementType.Float16),
        ("BF16", ElementType.BFloat16),
        ("I64", ElementType.Int64), ("I32", ElementType.Int32), ("I16", ElementType.Int16), ("I8", ElementType.Int8),
        ("U8", ElementType.UInt8), ("BOOL", ElementType.Bool),
    ];

    /// <summary>Reads a header and checks that the tensors fill the data exactly, without gap or overlap.</summary>
    /// <param name="bytes">The JSON text.</param>
    /// <param name="dataLength">Bytes behind the header.</param>
    /// <param name="bad">Makes the error for an offset in the file.</param>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> bytes, long dataLength, Func<long, string, Exception> bad)
    {
        var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 };
        try
        {
            using var json = JsonDocument.Parse(bytes.ToArray(), options);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw bad(8, "the safetensors header is no JSON object");
            var entries = new List<SafetensorsEntry>();
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name != MetadataKey) entries.Add(Entry(property.Name, property.Value, bad));
                else if (property.Value.ValueKind != JsonValueKind.Object)
                    throw bad(8, "the safetensors metadata is no JSON object");
                else foreach (var item in property.Value.EnumerateObject())
                    metadata[item.Name] = item.Value.ValueKind == JsonValueKind.String
                        ? item.Value.GetString()!
                        : throw bad(8, $"the safetensors metadata '{item.Name}' is no text");
            }
            long end = 0;
            foreach (var entry in entries.OrderBy(e => e.Start).ThenBy(e => e.Length))
            {
                if (entry.Start != end)
                    throw bad(8, $"safetensors tensor '{entry.Name}' begins at {entry.Start}, expected {end}: a gap " +
                        $"or an overlap");
                end += entry.Length;
            }
            return end == dataLength
                ? new SafetensorsHeader(entries, metadata)
                : throw bad(8, $"the safetensors tensors need {end} bytes, found {dataLength}; is the copy complete?");
        }
        // InvalidOperationException: text with a lone surrogate, which JSON's grammar allows and UTF-8 does not.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw bad(8, $"the safetensors header is no valid JSON: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The header of these tensors, padded with spaces so that data begins at a multiple of 8.</summary>
    public static byte[] Write(
        IEnumerable<(string Name, ElementType Type, Shape Shape)> tensors, IReadOnlyDictionary<string,
            string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, text);
                json.WriteEndObject();
            }
            var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
            long at = 0;
            foreach (var (name, type, shape) in tensors)
            {
                if (!names.Add(name)) throw new ArgumentException($"tensor name '{name}' is taken", nameof(tensors));
                json.WriteStartObject(name);
                json.WriteString("dtype", Types.First(t => t.Type == type).Name);
                json.WriteStartArray("shape");
                foreach (int extent in shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += shape.Elements * type.Size());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    static SafetensorsEntry Entry(string name, JsonElement value, Func<long, string, Exception> bad)
    {
        Exception Bad(string message) => bad(8, $"safetensors tensor '{name}': {message}");
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 3
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array)
        {
            throw Bad("expected exactly 'dtype', 'shape' and 'data_offsets'");
        }
        string typeName = dtype.GetString()!;
        var types = Types.Where(t => t.Name == typeName).ToArray();
        if (types.Length == 0) throw Bad($"elements of type '{typeName}' are not read");
        var type = types[0].Type;
        var extents = shape.EnumerateArray().Select(e => Number(e, int.MaxValue)).ToArray();
        var range = offsets.EnumerateArray().Select(e => Number(e, long.MaxValue)).ToArray();
        if (range.Length != 2 || range[1] < range[0]) throw Bad("its data offsets are no range");
        if (extents.Length > 64) throw Bad($"rank {extents.Length}; 64 at most");
        Int128 needed = type.Size();
        foreach (long extent in extents)
        {
            needed *= extent;
            if (needed > long.MaxValue) break;
        }
        long length = range[1] - range[0];
        if (needed != length)
            throw Bad($"shape ({string.Join(", ", extents)}) needs {needed} bytes, its offsets give {length}");
        if (length > Array.MaxLength) throw Bad($"{length} bytes; tensors up to 2 GiB are read");
        return new SafetensorsEntry(name, type, Shape.Create([.. extents.Select(e => (int)e)]), range[0], length);

        long Number(JsonElement element, long limit) =>
            element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) && number >= 0
                && number <= limit
                ? number
                : throw Bad($"'{element.GetRawText()}' is no extent or offset");
    }
}
