using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>The tensors' file: safetensors, held to what goldens need until Formats reads and writes them.</summary>
static class GoldenTensors
{
    static readonly (string Name, ElementType Type)[] s_types =
    [
        ("F32", ElementType.Float32), ("F64", ElementType.Float64), ("I64", ElementType.Int64), ("I32", ElementType.Int32),
        ("I16", ElementType.Int16), ("I8", ElementType.Int8), ("U8", ElementType.UInt8), ("BOOL", ElementType.Bool),
    ];

    public static IReadOnlyDictionary<string, Tensor> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        try
        {
            int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__") continue;
                string dtype = entry.Value.GetProperty("dtype").GetString()!;
                int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];
                int[] range = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
                var type = s_types.First(t => t.Name == dtype).Type;
                tensors.Add(entry.Name, new Tensor(type, Shape.Create(shape), bytes.AsMemory(8 + header + range[0], range[1] - range[0])));
            }
            return tensors;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException or KeyNotFoundException
            or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new ModelException(new Finding(Codes.GoldenCorrupt, file, $"no safetensors file: {e.Message}"), e);
        }
    }

    public static byte[] Write(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var header = new StringBuilder("{");
        using var data = new MemoryStream();
        foreach (var (name, tensor) in tensors)
        {
            long start = data.Length;
            data.Write(tensor.Bytes.Span);
            header.Append(header.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(name)).Append(CultureInfo.InvariantCulture,
                $$""":{"dtype":"{{s_types.First(t => t.Type == tensor.Type).Name}}","shape":[{{string.Join(',', tensor.Shape)}}],"data_offsets":[{{start}},{{data.Length}}]}""");
        }
        header.Append('}');
        while (header.Length % 8 != 0) header.Append(' ');
        byte[] text = Encoding.UTF8.GetBytes(header.ToString());
        var file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.CopyTo(file, 8);
        data.ToArray().CopyTo(file, 8 + text.Length);
        return file;
    }
}
