using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Export;

/// <summary>What a document says of a tensor (TensorMeta).</summary>
/// <param name="Number">torch.export's number of the element type.</param>
/// <param name="Sizes">Extents; null for one that varies.</param>
/// <param name="Strides">Strides in elements; null for one that varies.</param>
/// <param name="Offset">The first element; null where it varies.</param>
sealed record ExportTensor(long Number, long?[] Sizes, long?[] Strides, long? Offset)
{
    /// <summary>The element type; null where it is none of ours.</summary>
    public ElementType? Type => ExportTypes.Element(Number);

    /// <summary>The shape; null where an axis varies.</summary>
    public Shape? Shape => Array.TrueForAll(Sizes, size => size is not null)
        ? Executor.Model.Shape.Create([.. Sizes.Select(size => (int)size!)]) : null;

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">An extent is impossible.</exception>
    public static ExportTensor Read(JsonElement meta)
    {
        long?[] sizes = Numbers(meta, "sizes");
        if (sizes.Length > 64) throw new FormatException($"a tensor has {sizes.Length} axes; PyTorch stops at 64");
        foreach (long? size in sizes)
            if (size is < 0 or > int.MaxValue) throw new FormatException($"{size} is no extent");
        return new ExportTensor(meta.GetProperty("dtype").GetInt64(), sizes, Numbers(meta, "strides"),
            meta.Maybe("storage_offset") is { } offset ? Size(offset) : 0);
    }

    static long?[] Numbers(JsonElement meta, string name) => [.. meta.Items(name).Select(Size)];

    // An expression of sizes that vary has no number.
    static long? Size(JsonElement size)
    {
        var (key, value) = size.Union();
        return key == "as_int" ? value.GetInt64() : null;
    }
}
