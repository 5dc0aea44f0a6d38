using System.Text.Json;

namespace Harness.Formats.Export;

/// <summary>Reads the documents that torch.export writes: dataclasses as objects, unions as objects of one
/// key.</summary>
static class ExportJson
{
    // A graph in a graph takes five levels; PyTorch's own stop far below.
    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    /// <summary>A document.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes) => JsonDocument.Parse(bytes, s_options);

    /// <summary>A member; null where it is absent or null.</summary>
    public static JsonElement? Maybe(this JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>The text of a member.</summary>
    public static string Text(this JsonElement owner, string name) => owner.GetProperty(name).Text();

    /// <summary>A text.</summary>
    public static string Text(this JsonElement value) =>
        value.GetString() ?? throw new FormatException("a text is null");

    /// <summary>The items of a member.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement owner, string name) =>
        owner.GetProperty(name).EnumerateArray();

    /// <summary>The one key of a union, and its value.</summary>
    /// <exception cref="FormatException">It has none or several.</exception>
    public static (string Key, JsonElement Value) Union(this JsonElement union)
    {
        var members = union.EnumerateObject();
        if (!members.MoveNext()) throw new FormatException("a union is empty");
        var (key, value) = (members.Current.Name, members.Current.Value);
        return !members.MoveNext() ? (key, value)
            : throw new FormatException($"a union has the keys '{key}' and '{members.Current.Name}'");
    }

    /// <summary>A number: infinity and NaN stand as text.</summary>
    public static double Number(this JsonElement value) => value.ValueKind != JsonValueKind.String
        ? value.GetDouble()
        : value.GetString() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var text => throw new FormatException($"'{text}' is no number"),
        };
}
