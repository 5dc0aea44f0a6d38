using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harness.Formats.Export;

/// <summary>What a program returns by its structure: the names of its outputs, in their order
/// (torch/utils/_pytree.py).</summary>
static class ExportOutputs
{
    const int MaxDepth = 64;

    /// <summary>A name for each leaf of what the root returns: positions and keys, joined by points; empty for a single
    /// one.</summary>
    /// <param name="structure">The treespec; null where the document has none.</param>
    /// <param name="count">How many outputs the signature states.</param>
    /// <exception cref="FormatException">The structure has another number of leaves.</exception>
    public static IReadOnlyList<string> Names(string? structure, int count)
    {
        if (structure is null) return count == 1 ? [""] : [.. Enumerable.Range(0, count).Select(Number)];
        var names = new List<string>();
        using var document = ExportJson.Parse(Encoding.UTF8.GetBytes(structure));
        Visit(document.RootElement[1], "", names, 0);
        return names.Count == count ? names
            : throw new FormatException($"what is returned has {names.Count} parts, the signature {count}");
    }

    static void Visit(JsonElement node, string name, List<string> names, int depth)
    {
        if (depth > MaxDepth) throw new FormatException("what is returned is nested too deep");
        if (node.Maybe("type") is not { } type)
        {
            names.Add(name);
            return;
        }
        string[]? keys = Keys(type.Text(), node.Maybe("context"));
        int at = 0;
        foreach (var child in node.Items("children_spec"))
        {
            string part = keys is not null && at < keys.Length ? keys[at] : Number(at);
            Visit(child, name.Length == 0 ? part : $"{name}.{part}", names, depth + 1);
            at++;
        }
    }

    // Those of dictionaries; classes with fields are told by position, as a trace tells them.
    static string[]? Keys(string type, JsonElement? context)
    {
        if (context?.GetString() is not { } text
            || type is not ("builtins.dict" or "collections.OrderedDict" or "collections.defaultdict")) return null;
        using var document = ExportJson.Parse(Encoding.UTF8.GetBytes(text));
        var keys = document.RootElement;
        return keys.ValueKind != JsonValueKind.Array ? null
            : [.. keys.EnumerateArray().Select(key => key.ValueKind == JsonValueKind.String ? key.Text()
                : key.GetRawText())];
    }

    static string Number(int at) => at.ToString(CultureInfo.InvariantCulture);
}
