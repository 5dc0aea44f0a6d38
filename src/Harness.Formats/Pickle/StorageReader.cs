using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.Zip;

namespace Harness.Formats.Pickle;

/// <summary>Turns pickled tensors into tensors: contiguous ones are views of the file, others are copied to C
/// order.</summary>
/// <param name="file">The file.</param>
/// <param name="find">The storage of a key; null where the file lacks it.</param>
/// <param name="folder">Where its storages are: <c>model/data/</c>.</param>
sealed class StorageReader(OpenedFile file, Func<string, StoredBytes?> find, string folder)
{
    // Copies may repeat elements (stride 0), so their sum is bounded by the file, not by what the pickle claims.
    const long FreeCopyBytes = 64L << 20;

    readonly Dictionary<PickleTensor, Tensor> _tensors = new(ReferenceEqualityComparer.Instance);
    long _copyBudget = FreeCopyBytes + 8 * file.Length;

    /// <summary>A reader of an archive's storages.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="folder">Where its storages are: <c>model/data/</c>.</param>
    public StorageReader(ZipView zip, string folder)
        : this(zip.File, key => zip.Find(folder + key) is { } entry
            ? new StoredBytes(entry.Name, entry.Offset, entry.Length, () => zip.Read(entry)) : null, folder)
    {
    }

    /// <summary>The tensor; the same pickled tensor gives the same object.</summary>
    /// <param name="pickled">What the pickle says.</param>
    /// <param name="name">For messages.</param>
    public Tensor Read(PickleTensor pickled, string name)
    {
        if (_tensors.TryGetValue(pickled, out var known)) return known;
        var tensor = Make(pickled, name);
        _tensors[pickled] = tensor;
        return tensor;
    }

    Tensor Make(PickleTensor pickled, string name)
    {
        var (storage, sizes, strides) = (pickled.Storage, pickled.Sizes, pickled.Strides);
        int size = storage.Type.Size();
        var entry = find(storage.Key)
            ?? throw file.Bad(-1,
                $"tensor '{name}' needs '{folder}{storage.Key}', which the archive lacks; is the copy complete?");
        if (sizes.Length != strides.Length) throw Bad($"{sizes.Length} extents and {strides.Length} strides");
        var (shape, elements) = ShapeOf(sizes) ?? throw Bad($"impossible shape ({string.Join(", ", sizes)})");
        if (storage.Count > entry.Length || (storage.IsOfBytes
            ? storage.Count != entry.Length / size : storage.Count * size != entry.Length))
            throw Bad($"storage of {storage.Count} {storage.Type.NumPyName()} elements, but '{entry.Name}' has " +
                $"{entry.Length} bytes");
        if (elements == 0) return new Tensor(storage.Type, shape, ReadOnlyMemory<byte>.Empty);
        long last = LastElement(pickled);
        if (last < 0 || last >= storage.Count) throw Bad($"reaches outside its storage of {storage.Count} elements");
        if (elements > int.MaxValue / size) throw Bad($"{elements} elements are beyond 2 GiB");
        var bytes = entry.Read();
        int length = (int)elements * size;
        if (IsContiguous(sizes, strides))
            return new Tensor(storage.Type, shape, bytes.Slice((int)pickled.Offset * size, length));
        if (length > _copyBudget) throw Bad("repeats elements far beyond the size of the file");
        _copyBudget -= length;
        var copy = GC.AllocateUninitializedArray<byte>(length);
        Gather(bytes.Span, copy, size, pickled);
        return new Tensor(storage.Type, shape, copy);

        ModelFormatException Bad(string message) => file.Bad(entry.Offset, $"tensor '{name}': {message}");
    }

    static (Shape, long)? ShapeOf(long[] sizes)
    {
        var extents = new int[sizes.Length];
        long elements = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] is < 0 or > int.MaxValue) return null;
            extents[axis] = (int)sizes[axis];
            elements *= sizes[axis];
            if (elements > long.MaxValue >> 32) return null;
        }
        return (Shape.Create(extents), elements);
    }

    // The largest element index touched, or -1 when an index would be negative or beyond any storage.
    static long LastElement(PickleTensor pickled)
    {
        if (pickled.Offset is < 0 or > int.MaxValue * 64L) return -1;
        var last = (Int128)pickled.Offset;
        for (int axis = 0; axis < pickled.Sizes.Length; axis++)
        {
            if (pickled.Strides[axis] < 0) return -1;
            last += (Int128)(pickled.Sizes[axis] - 1) * pickled.Strides[axis];
        }
        return last > long.MaxValue ? -1 : (long)last;
    }

    static bool IsContiguous(long[] sizes, long[] strides)
    {
        long expected = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            if (sizes[axis] != 1 && strides[axis] != expected) return false;
            expected *= sizes[axis];
        }
        return true;
    }

    static void Gather(ReadOnlySpan<byte> source, Span<byte> destination, int size, PickleTensor pickled)
    {
        var (sizes, strides) = (pickled.Sizes, pickled.Strides);
        var index = new long[sizes.Length];
        long at = pickled.Offset;
        for (int to = 0; to < destination.Length; to += size)
        {
            source.Slice((int)(at * size), size).CopyTo(destination[to..]);
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < sizes[axis]) break;
                at -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
    }
}

/// <summary>The bytes of a storage.</summary>
/// <param name="Name">What they are called in the file.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many.</param>
/// <param name="Read">Gives them.</param>
sealed record StoredBytes(string Name, long Offset, long Length, Func<ReadOnlyMemory<byte>> Read);
