using System.Buffers.Binary;
using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.Weights;

namespace Harness.Formats;

/// <summary>Named tensors in the safetensors format (https://github.com/huggingface/safetensors).</summary>
public static class SafetensorsFile
{
    const int MaxHeader = 100_000_000; // the format's own limit

    /// <summary>Reads all tensors in the header's order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is damaged, or an element type is not supported.</exception>
    public static StateDict Read(string path) => Read(path, out _);

    /// <summary>Reads all tensors in the header's order, and the free-form metadata.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">The header's <c>__metadata__</c>; empty when it has none.</param>
    /// <exception cref="ModelFormatException">It is damaged, or an element type is not supported.</exception>
    public static StateDict Read(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using var file = OpenedFile.Open(path);
        return View(file, out metadata).Copied();
    }

    // Views of the file.
    internal static StateDict View(OpenedFile file, out IReadOnlyDictionary<string, string> metadata)
    {
        if (file.Length < 8) throw file.Bad(0, "this is no safetensors file: it is shorter than its own length field");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, 8));
        if (length > MaxHeader || (long)length > file.Length - 8)
            throw file.Bad(0,
                $"the safetensors header claims {length} bytes; is this a safetensors file, and complete?");
        var header = SafetensorsHeader.Read(file.Span(8, (int)length), file.Length - 8 - (long)length, file.Bad);
        var tensors = new StateDict();
        foreach (var entry in header.Entries)
        {
            var bytes = file.Memory(8 + (long)length + entry.Start, (int)entry.Length);
            tensors.Add(entry.Name, new Tensor(entry.Type, entry.Shape, bytes));
        }
        metadata = header.Metadata;
        return tensors;
    }

    /// <summary>Writes tensors in the given order; equal tensors give equal files.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">Text for <c>__metadata__</c>, written in ordinal order of its keys.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or is <c>__metadata__</c>.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        byte[] header = SafetensorsHeader.Write(all.Select(one => (one.Key, one.Value.Type, one.Value.Shape)),
            metadata);
        Write(path, header, all.Select(one => one.Value));
    }

    // Tensors in the header's order, each made when its turn comes.
    internal static void Write(string path, byte[] header, IEnumerable<Tensor> tensors)
    {
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in tensors) stream.Write(tensor.Bytes.Span);
        });
    }
}
