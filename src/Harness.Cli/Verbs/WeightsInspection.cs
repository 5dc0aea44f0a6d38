using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary>What <c>harness inspect</c> says of a file of weights.</summary>
/// <param name="StateDicts">Its state dicts by key, and the tensors of each.</param>
sealed record WeightsInspection(
    IReadOnlyList<(string Key, IReadOnlyList<(string Name, ElementType Type, Shape Shape)> Tensors)> StateDicts)
{
    /// <summary>Looks at a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The state dict that is asked for; null for all.</param>
    /// <exception cref="ModelException">PAR1001: unreadable; PAR1003: it has no such state dict.</exception>
    public static WeightsInspection Of(string path, string? key)
    {
        var all = WeightsFile.List(path);
        var asked = key is null ? all : [.. all.Where(one => one.Key == key)];
        if (asked.Count > 0) return new WeightsInspection(asked);
        string keys = string.Join(", ", all.Take(8)
            .Select(one => one.Key.Length > 0 ? $"'{one.Key}'" : "one without a key"));
        throw new ModelException(new Finding(
            Codes.WeightsDoNotFit, Path.GetFullPath(path), $"there is no state dict '{key}' in it; there are {keys}"));
    }

    /// <summary>JSON with <c>stateDicts</c>: of each its <c>key</c> and <c>tensors</c>.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("format", "weights");
            json.WriteStartArray("stateDicts");
            foreach (var (key, tensors) in StateDicts)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteStartArray("tensors");
                foreach (var (name, type, shape) in tensors)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteString("dtype", type.NumPyName());
                    json.WritePropertyName("shape");
                    json.WriteRawValue($"[{string.Join(", ", shape)}]");
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>The same for people.</summary>
    public void WriteText(Terminal terminal)
    {
        foreach (var (key, tensors) in StateDicts)
        {
            terminal.WriteLine($"{(key.Length > 0 ? $"'{key}'" : "weights")}: {tensors.Count} tensors, "
                + $"{tensors.Sum(one => one.Shape.Elements)} elements");
            foreach (var (name, type, shape) in tensors) terminal.WriteLine($"  {name} {type.NumPyName()} {shape}");
        }
    }
}
