using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats.Storage;

namespace Harness.Formats.Weights;

/// <summary>Weights in several safetensors files beside an index, as Hugging Face writes large ones:
/// <c>{"metadata": …, "weight_map": {"fc.weight": "model-00001-of-00002.safetensors"}}</c>.</summary>
static class ShardedSafetensors
{
    const long MaxIndex = 64L << 20;
    const int MaxShards = 4096;

    /// <summary>True for an index.</summary>
    public static bool Is(OpenedFile file)
    {
        if (file.Length > MaxIndex) return false;
        try
        {
            using var json = Parse(file);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("weight_map", out var map) && map.ValueKind == JsonValueKind.Object;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The tensors of all shards, which end with the index.</summary>
    /// <exception cref="ModelFormatException">A shard is not there or damaged, or does not hold what the index
    /// says.</exception>
    public static StateDict View(OpenedFile index)
    {
        var places = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var order = Places(index, places);
        if (places.Count > MaxShards) throw index.Bad(-1, $"the index names {places.Count} files, at most {MaxShards}");
        var found = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        string folder = Path.GetDirectoryName(Path.GetFullPath(index.Path))!;
        foreach (var (shard, names) in places)
        {
            string path = Path.Combine(folder, shard);
            if (PathFault.OfFile(path, "no such file") is { } why)
                throw index.Bad(-1, $"the shard '{shard}' of {names.Count} tensors: {why}; is the copy complete?");
            var file = OpenedFile.Open(path);
            index.Adopt(file);
            var tensors = SafetensorsFile.View(file, out _);
            foreach (string name in names)
            {
                found[name] = tensors.TryGetValue(name, out var tensor) ? tensor
                    : throw file.Bad(-1, $"the index says that tensor '{name}' lies here, and it does not");
            }
            if (tensors.Keys.Except(names).FirstOrDefault() is { } more)
                throw file.Bad(-1, $"tensor '{more}' lies here, and the index does not name it");
        }
        var weights = new StateDict();
        foreach (string name in order) weights.Add(name, found[name]);
        return weights;
    }

    // The names of the tensors in the index's order, and those of each file.
    static List<string> Places(OpenedFile index, Dictionary<string, List<string>> places)
    {
        var order = new List<string>();
        try
        {
            using var json = Parse(index);
            foreach (var entry in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                string shard = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
                // Beside the index and nowhere else: the file says the name.
                if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().ContainsAny("/\\:\0"))
                {
                    throw index.Bad(-1,
                        $"the index gives tensor '{entry.Name}' to '{entry.Value}', which is no file name");
                }
                if (!places.TryGetValue(shard, out var names)) places[shard] = names = [];
                names.Add(entry.Name);
                order.Add(entry.Name);
            }
            return order;
        }
        catch (InvalidOperationException)
        {
            // JSON's grammar allows text with half of a surrogate pair, and UTF-8 does not.
            throw index.Bad(-1, "the index holds a name that is not valid Unicode");
        }
    }

    static JsonDocument Parse(OpenedFile file)
    {
        var text = file.Memory(0, (int)file.Length);
        if (text.Span.StartsWith("\uFEFF"u8)) text = text[3..];
        return JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
    }
}
