using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats.Flax;

namespace Harness.Formats;

/// <summary>Flax's own weight file: what <c>flax.serialization.msgpack_serialize</c> writes and <c>msgpack_restore</c>
/// reads, byte for byte.</summary>
/// <remarks>A map of maps with sorted keys; a leaf is extension 1 around [shape, dtype name, little-endian bytes]. A
/// leaf beyond 2^30 bytes becomes a map of flat chunks, because msgpack itself stops at 2^32.</remarks>
public static class FlaxMsgpack
{
    /// <summary>The largest leaf in bytes that Flax writes in one piece.</summary>
    public const long ChunkLimit = 1L << 30;

    internal const string ChunkMark = "__msgpack_chunked_array__";

    /// <summary>Writes a tree.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="leaves">Tensors with their paths, collection first: <c>["params", "fc", "kernel"]</c>.</param>
    /// <exception cref="ArgumentException">A path is empty, occurs twice, or is a leaf and a branch.</exception>
    public static void Write(string path, IEnumerable<(ImmutableArray<string> Path, Tensor Tensor)> leaves) =>
        Write(path, Arrays(leaves));

    /// <summary>Writes a tree whose arrays are made one at a time, each when its turn comes.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="arrays">The arrays, in any order.</param>
    /// <exception cref="ArgumentException">A path is empty, occurs twice, or is a leaf and a branch.</exception>
    public static void Write(string path, IEnumerable<FlaxArray> arrays)
    {
        var root = FlaxNode.Of(arrays);
        AtomicFile.Write(path, stream => Write(new MsgpackWriter(stream), root, ChunkLimit));
    }

    /// <summary>Writes a tree.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="leaves">Tensors with their paths, collection first: <c>["params", "fc", "kernel"]</c>.</param>
    /// <exception cref="ArgumentException">A path is empty, occurs twice, or is a leaf and a branch.</exception>
    public static void Write(Stream stream, IEnumerable<(ImmutableArray<string> Path, Tensor Tensor)> leaves) =>
        Write(stream, leaves, ChunkLimit);

    /// <summary>Reads a tree, leaves in the file's order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is damaged, or holds something that is no tree of arrays.</exception>
    public static IReadOnlyList<(ImmutableArray<string> Path, Tensor Tensor)> Read(string path)
    {
        using var file = FlaxMsgpackFile.Open(path);
        return [.. file.Entries.Select(entry =>
        {
            using var elements = file.Borrow(entry);
            return (entry.Path, elements.Keep());
        })];
    }

    internal static void Write(Stream stream, IEnumerable<(ImmutableArray<string> Path, Tensor Tensor)> leaves,
        long chunkLimit) =>
        Write(new MsgpackWriter(stream), FlaxNode.Of(Arrays(leaves)), chunkLimit);

    static IEnumerable<FlaxArray> Arrays(IEnumerable<(ImmutableArray<string> Path, Tensor Tensor)> leaves) =>
        leaves.Select(leaf => FlaxArray.Of(leaf.Path, leaf.Tensor));

    static void Write(MsgpackWriter writer, FlaxNode node, long chunkLimit)
    {
        if (node.Leaf is { } array)
        {
            using var elements = array.Elements();
            var tensor = elements.Tensor;
            if (tensor.Bytes.Length > chunkLimit) Chunks(writer, tensor, chunkLimit);
            else Leaf(writer, tensor.Type, tensor.Shape, tensor.Bytes.Span);
            return;
        }
        writer.Map(node.Children.Count);
        foreach (var (key, child) in node.Children)
        {
            writer.Text(key);
            Write(writer, child, chunkLimit);
        }
    }

    // The keys of a chunked array stand in the order in which Flax makes them, not sorted.
    static void Chunks(MsgpackWriter writer, Tensor tensor, long chunkLimit)
    {
        int size = tensor.Type.Size();
        int elements = (int)Math.Max(1, chunkLimit / size);
        int count = (int)((tensor.Shape.Elements + elements - 1) / elements);
        writer.Map(3);
        writer.Text(ChunkMark);
        writer.True();
        writer.Text("shape");
        writer.Map(tensor.Shape.Rank);
        for (int axis = 0; axis < tensor.Shape.Rank; axis++)
        {
            writer.Text(axis.ToString(CultureInfo.InvariantCulture));
            writer.Unsigned((uint)tensor.Shape[axis]);
        }
        writer.Text("chunks");
        writer.Map(count);
        for (int chunk = 0; chunk < count; chunk++)
        {
            int start = chunk * elements;
            int length = (int)Math.Min(elements, tensor.Shape.Elements - start);
            writer.Text(chunk.ToString(CultureInfo.InvariantCulture));
            Leaf(writer, tensor.Type, [length], tensor.Bytes.Span.Slice(start * size, length * size));
        }
    }

    static void Leaf(MsgpackWriter writer, ElementType type, Shape shape, ReadOnlySpan<byte> bytes)
    {
        string name = type.NumPyName();
        uint data = (uint)bytes.Length;
        int shapeLength = shape.Rank <= 15 ? 1 : 3;
        foreach (int extent in shape) shapeLength += MsgpackWriter.LengthOf((uint)extent);
        int binaryHeader = data <= byte.MaxValue ? 2 : data <= ushort.MaxValue ? 3 : 5;
        writer.Extension(1, checked((uint)(1 + shapeLength + 1 + name.Length + binaryHeader) + data));
        writer.Array(3);
        writer.Array(shape.Rank);
        foreach (int extent in shape) writer.Unsigned((uint)extent);
        writer.Text(name);
        writer.Binary(data);
        writer.Raw(bytes);
    }
}
