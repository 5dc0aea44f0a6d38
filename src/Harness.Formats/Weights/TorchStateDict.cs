using Harness.Executor.Model;
using Harness.Formats.Pickle;
using Harness.Formats.Zip;

namespace Harness.Formats.Weights;

/// <summary>Reads what <c>torch.save(model.state_dict(), …)</c> writes, and checkpoints that hold exactly one state
/// dict.</summary>
static class TorchStateDict
{
    const long MaxPickle = 64L << 20;

    /// <summary>The tensors, copied out of the file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="root">Its inner folder, with the slash.</param>
    /// <param name="note">Told when the state dict was found inside a checkpoint.</param>
    /// <exception cref="ModelFormatException">The archive is damaged or holds no state dict, or more than
    /// one.</exception>
    public static StateDict Read(ZipView zip, string root, Action<string>? note)
    {
        var top = Dictionary(zip, root);
        return Tensors(zip, root, IsStateDict(top) ? top : Nested(top, zip, note));
    }

    /// <summary>The tensors of a dictionary that may hold none, as torch.export writes it.</summary>
    /// <exception cref="ModelFormatException">The archive is damaged or holds no dictionary.</exception>
    public static StateDict Tensors(ZipView zip, string root) => Tensors(zip, root, Dictionary(zip, root));

    static PickleDict Dictionary(ZipView zip, string root)
    {
        if (zip.Find(root + "byteorder") is { } order && !zip.Read(order, 16).Span.SequenceEqual("little"u8))
            throw zip.File.Bad(order.Offset,
                "the file was saved on a big-endian machine; save it again on a little-endian one");
        var entry = zip.Find(root + "data.pkl")!;
        Exception Error(long at, string message) =>
            zip.File.Bad(entry.IsStored ? entry.Offset + at : -1, $"'data.pkl': {message}");
        return new PickleMachine(zip.Read(entry, MaxPickle), Error).Run() as PickleDict
            ?? throw zip.File.Bad(-1, "the file holds no dictionary; save model.state_dict()");
    }

    static StateDict Tensors(ZipView zip, string root, PickleDict found)
    {
        var reader = new StorageReader(zip, root + "data/");
        var weights = new StateDict();
        foreach (var (key, value) in found.Items)
        {
            if (key is not string name || value is not PickleTensor pickled) continue;
            weights.Add(name, reader.Read(pickled, name));
        }
        return weights;
    }

    static PickleDict Nested(PickleDict top, ZipView zip, Action<string>? note)
    {
        var inner = top.Items.Where(item => item.Value is PickleDict dict && IsStateDict(dict)).ToList();
        if (inner.Count == 1)
        {
            note?.Invoke($"{zip.File.Path}: weights are those under '{inner[0].Key}'; the checkpoint's other entries " +
                $"are not read");
            return (PickleDict)inner[0].Value!;
        }
        string entries = string.Join(", ", top.Items.Take(8).Select(item => item.Key));
        throw zip.File.Bad(-1, inner.Count == 0
            ? $"the file holds no state dict (its entries: {entries}); save model.state_dict()"
            : $"the file holds {inner.Count} state dicts ({string.Join(", ", inner.Take(8).Select(i => i.Key))}); " +
                $"save the one you mean");
    }

    static bool IsStateDict(PickleDict dict) =>
        dict.Items.Count > 0 && dict.Items.All(item => item.Key is string && item.Value is PickleTensor);
}
