using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Harness.Parity.History;

/// <summary>One entry as a line of JSON.</summary>
static class HistoryLine
{
    /// <summary>The version of a line's shape.</summary>
    public const int Schema = 1;

    const string Stamp = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    static readonly JsonWriterOptions s_layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line with its end.</summary>
    public static byte[] Write(HistoryEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_layout))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", Schema);
            WriteTime(json, entry.Time);
            if (entry.Commit is not null) json.WriteString("commit", entry.Commit);
            json.WriteString("processor", entry.Processor);
            json.WriteString("case", entry.Case);
            json.WriteString("device", entry.Device);
            json.WriteString("golden", entry.Golden);
            json.WriteBoolean("holds", entry.Holds);
            WriteFigures(json, entry);
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Writes when an entry was measured.</summary>
    public static void WriteTime(Utf8JsonWriter json, DateTimeOffset time) =>
        json.WriteString("time", time.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture));

    /// <summary>Writes what an entry measured.</summary>
    public static void WriteFigures(Utf8JsonWriter json, HistoryEntry entry)
    {
        if (entry.Float64 is { } float64) json.WriteRoundTrip("float64", float64);
        if (entry.Float32 is { } float32) json.WriteRoundTrip("float32", float32);
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no JSON: broken, or cut off.</exception>
    /// <exception cref="FormatException">It says something else than a line of a history does.</exception>
    public static HistoryEntry Read(ReadOnlyMemory<byte> line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        try
        {
            return root.GetProperty("schema").GetInt32() is var schema and not Schema
                ? throw new FormatException($"it has schema {schema}, this harness reads {Schema}")
                : new HistoryEntry(ReadTime(root), Text("case"), Text("device"))
                {
                    Commit = root.TryGetProperty("commit", out var commit) ? commit.GetString() : null,
                    Processor = Text("processor"),
                    Golden = Text("golden"),
                    Holds = root.GetProperty("holds").GetBoolean(),
                    Float64 = ReadFigure(root, "float64"),
                    Float32 = ReadFigure(root, "float32"),
                };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("it lacks a member of a line, or one of them is of another kind", e);
        }

        string Text(string name) =>
            root.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");
    }

    /// <summary>Reads when an entry was measured.</summary>
    public static DateTimeOffset ReadTime(JsonElement json) => DateTimeOffset.TryParseExact(
        json.GetProperty("time").GetString(), Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
        out var time)
        ? time : throw new FormatException("'time' is no time in UTC such as 2026-01-31T23:59:59Z");

    /// <summary>Reads what an entry measured; null where it was not.</summary>
    public static double? ReadFigure(JsonElement json, string name) => !json.TryGetProperty(name, out var number) ? null
        : number.ValueKind != JsonValueKind.String ? number.GetDouble()
        : double.TryParse(number.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
        : throw new FormatException($"'{name}' is no number");
}
