using System.Buffers.Binary;
using Harness.Executor.Model;
using Harness.Formats.Pickle;
using Harness.Formats.Storage;

namespace Harness.Formats.Weights;

/// <summary>What <c>torch.save</c> wrote before PyTorch 1.6, and writes when told to: five pickles one after the other
/// (a magic number, a version, facts about the machine, the object, the keys of its storages), then the storages, each
/// behind the number of its elements.</summary>
static class LegacyFile
{
    const int MaxPickle = 64 << 20, Version = 1001;

    // 0x1950a86a20f9469cfc6c, least byte first, as a pickle writes it.
    static ReadOnlySpan<byte> Magic =>
        [0x80, 0x02, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>The state dicts it holds.</summary>
    /// <exception cref="ModelFormatException">It is damaged, was not written by PyTorch, or holds none.</exception>
    public static IReadOnlyList<WeightsCandidate> Read(OpenedFile file)
    {
        if (!file.Span(0, (int)Math.Min(file.Length, Magic.Length)).SequenceEqual(Magic))
        {
            throw file.Bad(0, "this is a pickle that torch.save did not write; save model.state_dict() with "
                + "torch.save, or as safetensors");
        }
        long at = Magic.Length;
        Demand((byte)'.', "the magic number");
        if (Next().Value is not (long and Version))
            throw file.Bad(at, $"the version is not {Version}, PyTorch's only one");
        if (Next().Value is PickleDict facts
            && facts.Items.Any(fact => fact is { Key: "little_endian", Value: false }))
            throw file.Bad(at, "the file was saved on a big-endian machine; save it again on a little-endian one");
        var (root, storages) = Next();
        if (Next().Value is not PickleList keys) throw file.Bad(at, "the keys of the storages are no list");
        var stored = new Dictionary<string, StoredBytes>(StringComparer.Ordinal);
        var known = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        foreach (var storage in storages) known.TryAdd(storage.Key, storage);
        foreach (var item in keys.Items)
        {
            if (item is not string key || !known.TryGetValue(key, out var storage))
                throw file.Bad(at, $"a storage '{item}' that no tensor is part of");
            if (file.Length - at < 8) throw file.Bad(at, "the file ends before all storages; is the copy complete?");
            long count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(at, 8));
            at += 8;
            if (count != storage.Count)
                throw file.Bad(at - 8, $"the storage '{key}' has {count} elements, its tensors say {storage.Count}");
            long start = at;
            if (count < 0 || count > (file.Length - at) / storage.Type.Size())
                throw file.Bad(at - 8, $"the storage '{key}' of {count} elements reaches beyond the file; is the copy "
                    + "complete?");
            long length = count * storage.Type.Size();
            at += length;
            if (length > Array.MaxLength) throw file.Bad(start, $"the storage '{key}' is beyond 2 GiB");
            var bytes = new StoredBytes($"storage '{key}'", start, length, () => file.Memory(start, (int)length));
            if (!stored.TryAdd(key, bytes))
                throw file.Bad(start, $"the storage '{key}' stands twice");
        }
        var reader = new StorageReader(file, key => stored.GetValueOrDefault(key), "");
        return PickledWeights.In(root, reader, message => file.Bad(-1, message));

        (object? Value, List<PickleStorage> Storages) Next()
        {
            long begin = at;
            var machine = new PickleMachine(
                file.Memory(begin, (int)Math.Min(file.Length - begin, MaxPickle)),
                (offset, message) => file.Bad(begin + offset, message), foreign: true);
            var value = machine.Run();
            at += machine.End;
            return (value, machine.Storages);
        }

        void Demand(byte expected, string what)
        {
            if (at >= file.Length || file.Span(at, 1)[0] != expected) throw file.Bad(at, $"{what} does not end");
            at++;
        }
    }
}
